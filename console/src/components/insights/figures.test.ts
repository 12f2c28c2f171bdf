import { describe, expect, it } from 'vitest';
import { readQuestion, writeQuestion } from '@/api/insights';
import { sparse, ticksOfCounts, ticksOfSeconds } from './ticks';
import { mondayOf, told } from './words';

const { say } = told('en');

describe('a duration', () => {
  it.each([
    [null, '–'],
    [0, '0s'],
    [59, '59s'],
    [60, '1m'],
    [7_500, '2h 5m'],
    [3_601, '1h'],
    [90_000, '1d 1h'],
    [30 * 86_400, '30d'],
  ])('of %s seconds is told in its two largest units', (seconds, text) => {
    expect(say.duration(seconds)).toBe(text);
  });
});

describe('how often something is deployed', () => {
  it.each([
    [1, 26, '1 in 26 weeks', '1 en 26 semaines'],
    [25, 26, '25 in 26 weeks', '25 en 26 semaines'],
    [39, 26, '1.5 a week', '1,5 par semaine'],
    [0, 1, '0 in 1 week', '0 en 1 semaine'],
  ])('%s times in %s weeks is no zero', (count, weeks, en, fr) => {
    expect([told('en').often(count, weeks), told('fr').often(count, weeks)]).toEqual([en, fr]);
  });
});

describe('a week', () => {
  it.each([
    ['2026-W01', '2025-12-29'],
    ['2026-W53', '2026-12-28'],
    ['2027-W01', '2027-01-04'],
    ['2024-W09', '2024-02-26'],
  ])('%s begins on a Monday', (week, day) => {
    expect(mondayOf(week).toISOString().slice(0, 10)).toBe(day);
  });
});

describe('an axis', () => {
  it('has few marks, the last not below the highest value', () => {
    for (const highest of [1, 7, 61, 3_599, 3_600, 90_000, 864_000, 31_536_000]) {
      for (const ticks of [ticksOfSeconds(highest), ticksOfCounts(highest)]) {
        expect(ticks[0]).toBe(0);
        expect(ticks.length).toBeLessThanOrEqual(6);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(highest);
      }
    }
  });

  it('names as many weeks as have room, the last among them', () => {
    expect(sparse([1, 2, 3, 4, 5], 120)).toEqual([2, 5]);
    expect(sparse([1, 2], 0)).toEqual([2]);
  });
});

describe('the address', () => {
  it('holds the question', () => {
    const search = 'by=target&weeks=26&to=2026-W10&tenant=a&target=b&impact=high';
    expect(writeQuestion(readQuestion(new URLSearchParams(search))).toString()).toBe(search);
  });

  it('that is misspelled asks what is usual', () => {
    const search = new URLSearchParams('by=person&weeks=1000&to=tomorrow&impact=huge&type=x');
    expect(writeQuestion(readQuestion(search)).toString()).toBe('');
  });
});
