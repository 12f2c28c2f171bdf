import { beforeEach, describe, expect, it } from 'vitest';
import {
  isTrailFiltered,
  keepViews,
  UNFILTERED,
  readTrailFilters,
  savedViews,
  trailQuery,
  writeTrailFilters,
} from './trail';

describe('the filters of the audit trail', () => {
  it('are the same after a way through the address', () => {
    const filters = {
      ...UNFILTERED,
      q: 'a&b=c',
      person: 'jean@cab-i.com',
      action: 'approve',
      from: '2026-03-01',
    };
    const read = readTrailFilters(writeTrailFilters({ ...UNFILTERED, ...filters } as typeof UNFILTERED));
    expect(read).toEqual(filters);
    expect(isTrailFiltered(read)).toBe(true);
  });

  it('count what is misspelled as not there', () => {
    const read = readTrailFilters(
      new URLSearchParams('action=dance&outcome=maybe&from=yesterday&to=2026-3-1'),
    );
    expect(read).toEqual(UNFILTERED);
    expect(trailQuery(read)).toEqual({});
  });
});

describe('saved views', () => {
  beforeEach(() => localStorage.clear());

  it('are kept in the browser', () => {
    keepViews([{ name: 'Refusals', query: 'outcome=refused' }]);
    expect(savedViews()).toEqual([{ name: 'Refusals', query: 'outcome=refused' }]);
  });

  it.each(['{', '{"a":1}', '[1,null,{"name":1}]'])('are none where somebody wrote %s', (text) => {
    localStorage.setItem('prodgate-audit-views', text);
    expect(savedViews()).toEqual([]);
  });
});
