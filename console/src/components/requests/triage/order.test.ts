import { describe, expect, it } from 'vitest';
import { after, ticket } from '@/test/tickets';
import { around, nextWaiting, waitingIn } from './order';

const [first, second, third] = ['PR-2026-0001', 'PR-2026-0002', 'PR-2026-0003'] as const;
const JEAN = 'jean.dupont@cab-i.com';
const ids = [first, second, third];

describe('what waits', () => {
  it('is pending, and not on its way to a decision', () => {
    const tickets = [ticket('pending', first), ticket('approved', second), ticket('pending', third)];
    expect(waitingIn(tickets, new Set(), JEAN)).toEqual([first, third]);
    expect(waitingIn(tickets, new Set([third]), JEAN)).toEqual([first]);
  });

  it('has no vote of the reader yet', () => {
    const voted = after('pending', { action: 'endorsed' });
    expect(waitingIn([voted], new Set(), JEAN)).toEqual([]);
    expect(waitingIn([voted], new Set(), 'alice.admin@cab-i.com')).toEqual([third]);
  });
});

describe('the one beside', () => {
  it('ends at either end, and begins with the first where the request is not in the list', () => {
    expect([around(ids, second, 1), around(ids, second, -1)]).toEqual([third, first]);
    expect([around(ids, third, 1), around(ids, first, -1)]).toEqual([undefined, undefined]);
    expect(around(ids, 'PR-2026-0009', 1)).toBe(first);
  });
});

describe('the next that waits', () => {
  it('comes after, else from the beginning, else is none', () => {
    expect(nextWaiting(ids, [first, third], first)).toBe(third);
    expect(nextWaiting(ids, [first], third)).toBe(first);
    expect(nextWaiting(ids, [], second)).toBeUndefined();
    expect(nextWaiting(ids, [second], 'PR-2026-0009')).toBe(second);
  });
});
