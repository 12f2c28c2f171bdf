import { describe, expect, it } from 'vitest';
import { dayOf, moved, readDay, shownDays } from './days';

const at = (text: string) => new Date(`${text}T00:00`);

describe('the days of a calendar', () => {
  it('are a week from Monday on', () => {
    const week = shownDays('week', at('2026-11-29')).days.map(dayOf);
    expect([week[0], week[6], week.length]).toEqual(['2026-11-23', '2026-11-29', 7]);
  });

  it('are the whole weeks of a month', () => {
    const month = shownDays('month', at('2026-11-15')).days.map(dayOf);
    expect([month[0], month.at(-1), month.length]).toEqual(['2026-10-26', '2026-12-06', 42]);
    expect(shownDays('month', at('2027-02-10')).days).toHaveLength(28);
  });

  it('go on where the year ends, and where clocks change', () => {
    expect(dayOf(moved('month', at('2026-12-31'), 1))).toBe('2027-01-01');
    expect(dayOf(moved('week', at('2026-10-24'), 1))).toBe('2026-10-31');
    expect(new Set(shownDays('month', at('2026-10-01')).days.map(dayOf)).size).toBe(35);
  });

  it('are read from an address, and nonsense is no day', () => {
    expect(readDay('2026-11-29')?.getDate()).toBe(29);
    expect(['', null, '2026-02-30', '29.11.2026', '0001-01-01'].map(readDay)).toEqual(
      Array(5).fill(undefined),
    );
  });
});
