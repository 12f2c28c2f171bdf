import { expect, it } from 'vitest';
import { permissions } from '@/test/votes';
import { behalfOf, withBehalf } from './behalf';

const claire = { name: 'Claire Moreau', email: 'claire.moreau@cab-i.com' };
const handed = {
  giver: claire,
  until: '2026-12-05T18:00:00Z',
  approve: true,
  reject: true,
  unendorse: false,
};
const no = { allowed: false, why: 'As the server says it', who: [] };

it('decides for who let the reader, where their own roles refuse', () => {
  const said = permissions({ approve: no, reject: no, onBehalfOf: [handed] });
  expect(behalfOf(said, 'approve')?.giver).toBe(claire);
  expect(withBehalf(said).approve.allowed).toBe(true);
  expect(withBehalf(said).unendorse.allowed).toBe(false);
});

it('decides by an own right where there is one, and hands over nothing but votes', () => {
  const said = permissions({ onBehalfOf: [handed] });
  expect(behalfOf(said, 'approve')).toBeUndefined();
  expect(behalfOf(said, 'emergency')).toBeUndefined();
  expect(withBehalf(said).hold).toBe(said.hold);
});
