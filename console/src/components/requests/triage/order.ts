import type { Ticket } from '@/api/types';
import { waitsFor } from '@/api/votes';

/** Those that still wait for whoever has the address: pending without their vote, and not on their way to a decision. */
export function waitingIn(
  tickets: readonly Ticket[],
  leaving: Pick<ReadonlySet<string>, 'has'>,
  email: string,
): readonly string[] {
  return tickets
    .filter((each) => waitsFor(each, email) && !leaving.has(each.metadata.id))
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
