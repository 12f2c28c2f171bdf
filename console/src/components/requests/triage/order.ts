import type { Ticket } from '@/api/types';

/** Those that still wait for a decision: pending, and not on their way to one. */
export function waitingIn(tickets: readonly Ticket[], leaving: ReadonlySet<string>): readonly string[] {
  return tickets
    .filter((each) => each.status.state === 'pending' && !leaving.has(each.metadata.id))
    .map((each) => each.metadata.id);
}

/** The one beside `at`; undefined at either end. */
export function around(ids: readonly string[], at: string, by: 1 | -1): string | undefined {
  const place = ids.indexOf(at);
  return place < 0 ? ids[0] : ids[place + by];
}

/** The first that waits after `at`, or else the first that waits at all. */
export function nextWaiting(
  ids: readonly string[],
  waiting: readonly string[],
  at: string,
): string | undefined {
  return ids.slice(ids.indexOf(at) + 1).find((id) => waiting.includes(id)) ?? waiting[0];
}
