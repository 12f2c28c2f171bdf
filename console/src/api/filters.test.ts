import { describe, expect, it } from 'vitest';
import { days, doneFrom, isFiltered, readFilters, writeFilters } from './filters';

const read = (query: string) => readFilters(new URLSearchParams(query), 'waiting');

describe('filters in the address', () => {
  it('are none, and the tab is the home one, where it holds nothing', () => {
    expect(read('')).toMatchObject({ tab: 'waiting', states: [], tenant: '', type: '', period: '', q: '' });
    expect(isFiltered(read(''))).toBe(false);
  });

  it.each([
    'tab=all&state=pending&state=failed&tenant=tenant-finance&type=api&period=week&q=pay',
    'tab=mine&period=custom&from=2026-11-01&to=2026-11-22',
    'tab=waiting',
    'tab=all&sort=-updatedAt&done=deployed-week',
  ])('are written as they were read: %s', (query) => {
    expect(writeFilters(read(query)).toString()).toBe(query);
  });

  it('leave out what is misspelled', () => {
    expect(read('tab=none&state=done&type=app&period=year&from=yesterday')).toMatchObject({
      tab: 'waiting',
      states: [],
      type: '',
      period: '',
    });
  });
});

describe('the days of a period', () => {
  const late = new Date('2026-11-22T23:30:00Z');

  it('are counted in the zone of the server', () => {
    expect(days(read('period=today'), 'UTC', late)).toEqual({ from: '2026-11-22' });
    expect(days(read('period=today'), 'Europe/Paris', late)).toEqual({ from: '2026-11-23' });
  });

  it('begin six days ago for a week', () => {
    expect(days(read('period=week'), 'UTC', late)).toEqual({ from: '2026-11-16' });
  });

  it('are those that somebody chose', () => {
    expect(days(read('from=2026-11-01'), 'UTC', late)).toEqual({ from: '2026-11-01' });
    expect(days(read(''), 'UTC', late)).toEqual({});
  });
});

describe('what was done', () => {
  const late = new Date('2026-11-22T23:30:00Z');

  it.each([
    ['approved-today', 'UTC', { approvedFrom: '2026-11-22' }],
    ['approved-today', 'Europe/Paris', { approvedFrom: '2026-11-23' }],
    ['rejected-today', 'UTC', { rejectedFrom: '2026-11-22' }],
    // In Paris it is Monday already.
    ['deployed-week', 'UTC', { deployedFrom: '2026-11-16' }],
    ['deployed-week', 'Europe/Paris', { deployedFrom: '2026-11-23' }],
  ])('is asked for as the figures count it: %s in %s', (done, zone, asked) => {
    expect(doneFrom(read(`tab=all&done=${done}`), zone, late)).toEqual(asked);
    expect(isFiltered(read(`tab=all&done=${done}`))).toBe(true);
  });

  it('filters nothing of what waits', () => {
    expect(doneFrom(read('tab=waiting&done=approved-today'), 'UTC', late)).toEqual({});
  });
});
