import { describe, expect, it } from 'vitest';
import { en } from './en';
import { formatter } from './format';
import { fr } from './fr';

const NOW = Date.parse('2026-11-22T12:00:00Z');

describe('times', () => {
  it.each([
    ['2026-11-22T11:59:40Z', 'now'],
    ['2026-11-22T11:58:00Z', '2 minutes ago'],
    ['2026-11-22T09:00:00Z', '3 hours ago'],
    ['2026-11-21T11:00:00Z', '1 day ago'],
    ['2026-12-24T12:00:00Z', 'in 1 month'],
  ])('%s is %s', (at, said) => {
    expect(formatter('en').relative(at, NOW)).toBe(said);
  });

  it('are said in French too', () => {
    expect(formatter('fr').relative('2026-11-22T09:00:00Z', NOW)).toBe('il y a 3 heures');
    expect(formatter('fr').dateTime('2026-11-22T09:05:00Z')).toBe('22 nov. 2026, 09:05 UTC');
  });

  it.each([
    ['en', '2026-11-27T08:00:00Z', 'Fri, 08:00 UTC', 'Fri 27 Nov, 08:00 UTC'],
    ['en', '2026-11-29T08:00:00Z', '29 Nov, 08:00 UTC', 'Sun 29 Nov, 08:00 UTC'],
    ['fr', '2026-11-27T08:00:00Z', 'ven. 08:00 UTC', 'ven. 27 nov., 08:00 UTC'],
  ] as const)('that come are said by their day (%s, %s)', (language, iso, short, long) => {
    const format = formatter(language);
    expect([format.comingShort(iso, NOW), format.coming(iso)]).toEqual([short, long]);
  });

  it('are named with the zone they are meant in', () => {
    expect(formatter('en').inZone('2026-11-22T09:05:00Z', 'UTC')).toBe('22 Nov 2026, 09:05 UTC');
  });
});

describe('numbers in sentences', () => {
  it('take the form that goes with them in each language', () => {
    expect([0, 1, 2].map(en.list.count)).toEqual(['0 requests', '1 request', '2 requests']);
    // Nothing is singular in French.
    expect([0, 1, 2].map(fr.list.count)).toEqual(['0 demande', '1 demande', '2 demandes']);
  });
});
