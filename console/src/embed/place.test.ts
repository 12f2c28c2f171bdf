import { describe, expect, it } from 'vitest';
import { pathOf, placeOf } from './place';

describe('a place', () => {
  it.each([
    ['/requests', { view: 'requests', query: '' }],
    ['/requests?tab=all&q=a%2Fb', { view: 'requests', query: 'tab=all&q=a%2Fb' }],
    ['/requests/new?again=PR-2026-0001', { view: 'new-request', query: 'again=PR-2026-0001' }],
    ['/requests/PR%2F1', { view: 'request', id: 'PR/1', query: '' }],
  ] as const)('has an address and is found by it: %s', (path, place) => {
    expect(placeOf(path)).toEqual(place);
    expect(pathOf(place)).toBe(path);
  });

  it.each(['/', '/insights', '/requests/PR-1/more', ''])('is none: %s', (path) => {
    expect(placeOf(path)).toBeUndefined();
  });
});
