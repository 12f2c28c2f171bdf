import { describe, expect, it } from 'vitest';
import type { Direction, Ticket } from '@/api/types';
import type { Compared } from '@/hooks/useComparisons';
import { ticket } from '@/test/tickets';
import { decidedAlone, planOf, shownOf } from './bulkPlan';

function of(number: number, version: string, name = 'payment-api'): Ticket {
  const made = ticket('pending', `PR-2026-000${number}`);
  return {
    ...made,
    metadata: { ...made.metadata, createdAt: `2026-12-23T10:30:0${number}Z` },
    spec: { ...made.spec, target: { ...made.spec.target, name, version } },
  };
}

/** What the server says of requests whose versions are plain numbers. */
function look(tickets: readonly Ticket[]) {
  const version = (each: Ticket) => Number(each.spec.target.version);
  const way = (a: Ticket, b: Ticket): Direction =>
    Number.isNaN(version(a) - version(b)) ? 'unknown' : version(a) < version(b) ? 'older' : 'newer';
  return (id: string): Compared | undefined => {
    const from = tickets.find((each) => each.metadata.id === id);
    if (!from) return undefined;
    const others = tickets
      .filter((each) => each !== from && each.spec.target.name === from.spec.target.name)
      .map((each) => ({
        id: each.metadata.id,
        version: each.spec.target.version,
        state: each.status.state,
        createdBy: each.metadata.createdBy,
        scheduledDate: null,
        direction: way(each, from),
      }));
    return { ticketId: id, replaces: '0', direction: 'newer', others };
  };
}

const ids = (tickets: readonly Ticket[]) => tickets.map((each) => each.metadata.id.at(-1)).join('');

describe('several requests', () => {
  it('are decided in the order in which they were asked for', () => {
    const tickets = [of(3, '3'), of(1, '1', 'other-api'), of(2, '2', 'third-api')];
    const plan = planOf(tickets, look(tickets));
    expect(ids(plan.inTurn)).toBe('123');
    expect(plan.shared).toEqual([]);
  });

  it('of one target end at the newest version, whenever that was asked for', () => {
    const tickets = [of(1, '3'), of(2, '1'), of(3, '9', 'other-api'), of(4, '2')];
    const plan = planOf(tickets, look(tickets));
    expect(ids(plan.inTurn)).toBe('2341');
    expect(plan.shared).toEqual([{ name: 'payment-api', count: 3, newest: tickets[0] }]);
    expect([...plan.older]).toEqual(['PR-2026-0002', 'PR-2026-0004']);
  });

  it.each([
    ['can’t be told which is newer', (tickets: Ticket[]) => look(tickets)],
    ['could not be compared', () => () => 'failed' as const],
  ])('of which it %s end at the one that was asked for last', (_, looks) => {
    const tickets = [of(2, 'beta'), of(1, 'alpha')];
    const plan = planOf(tickets, looks(tickets));
    expect(ids(plan.inTurn)).toBe('12');
    expect([...plan.older]).toEqual(['PR-2026-0001']);
  });

  it('of the same name at another tenant are of another target', () => {
    const [first, second] = [of(1, '1'), of(2, '2')];
    const elsewhere = { ...second, metadata: { ...second.metadata, tenant: 'tenant-retail' } };
    expect(planOf([first, elsewhere], () => undefined).shared).toEqual([]);
  });

  it('of one target are decided looking at what the one before brings', () => {
    const tickets = [of(1, '1'), of(2, '5', 'other-api'), of(3, '2'), of(4, '3')];
    const shown = shownOf(tickets, look(tickets));
    expect(tickets.map(({ metadata }) => shown(metadata.id))).toEqual(['0', '0', '1', '2']);
    const unread = shownOf(tickets, () => 'failed');
    expect(tickets.map(({ metadata }) => unread(metadata.id))).toEqual([undefined, undefined, '1', '2']);
  });

  it('with much at stake are decided alone', () => {
    const risky = (impact: 'low' | 'medium' | 'high' | 'critical') => {
      const made = ticket();
      return { ...made, spec: { ...made.spec, request: { ...made.spec.request, impactAssessment: impact } } };
    };
    const alone = (['low', 'medium', 'high', 'critical'] as const).map((each) => decidedAlone(risky(each)));
    expect(alone).toEqual([false, false, true, true]);
  });
});
