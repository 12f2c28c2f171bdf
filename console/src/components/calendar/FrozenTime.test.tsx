import { describe, expect, it } from 'vitest';
import type { FreezeTime } from '@/api/types';
import { show } from '@/test/render';
import { FrozenTime, frozenOn } from './FrozenTime';

const at = (text: string) => new Date(text);

/** From Friday evening to Monday morning. */
const WEEKEND: FreezeTime = {
  begins: at('2026-11-27T18:00').toISOString(),
  ends: at('2026-11-30T08:00').toISOString(),
  rule: 'weekend',
  reason: 'Nobody is here',
  tenants: [],
  types: ['api'],
  impacts: [],
  someTargets: true,
};

describe('a freeze in the calendar', () => {
  it.each([
    ['2026-11-26', 0],
    ['2026-11-27', 1],
    ['2026-11-29', 1],
    ['2026-11-30', 1],
    ['2026-12-01', 0],
  ])('stands on each day that it touches (%s)', (day, count) => {
    expect(frozenOn([WEEKEND], at(`${day}T00:00`))).toHaveLength(count);
  });

  it('that ends at midnight is none of the day that begins then', () => {
    const ends = at('2026-11-30T00:00').toISOString();
    expect(frozenOn([{ ...WEEKEND, ends }], at('2026-11-30T00:00'))).toHaveLength(0);
  });

  it.each([
    ['en', '2026-11-27', /^Frozen from 18:00Nobody is hereRule weekend · API, some targets only$/],
    ['en', '2026-11-28', /^FrozenNobody/],
    ['en', '2026-11-30', /^Frozen until 08:00/],
    ['fr', '2026-11-27', /^Gel dès 18:00Nobody is hereRègle weekend · API, certaines cibles seulement$/],
    ['fr', '2026-11-30', /^Gel jusqu’à 08:00/],
  ] as const)(
    'says which part of the day, why, by which rule and for what (%s, %s)',
    (language, day, said) => {
      const { container } = show(<FrozenTime freeze={WEEKEND} day={at(`${day}T00:00`)} />, { language });
      expect(container.textContent).toMatch(said);
    },
  );
});
