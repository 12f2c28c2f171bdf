import { isPending } from './lifecycle';
import type { HistoryEntry, Permissions, Ticket } from './types';

export type Votes = NonNullable<Permissions['votes']>;
/** So many people with a role, or of a group. */
export type Need = Votes['needs'][number];

/** The number of people whom these needs ask for. */
export const counted = (needs: readonly Need[]) => needs.reduce((sum, { count }) => sum + count, 0);

/** What is missing once the reader has voted as well: how many votes, and of whom, where that is known. */
export interface Rest {
  count: number;
  need: Need | undefined;
}

/** What is still missing after the reader's vote, which they may give; undefined where it completes the approval. */
export function restOf(votes: Votes | null | undefined): Rest | undefined {
  const count = counted(votes?.missing ?? []) - 1;
  if (!votes || count < 1) return undefined;
  const [need, another] = votes.missing;
  // The reader may fill a place of one or of the other.
  return { count, need: need && !another ? { ...need, count } : undefined };
}

/** The votes that stand on a request that waits for others: given since its approval lapsed last, not taken back. */
export function votesOn(ticket: Ticket): readonly HistoryEntry[] {
  const found = new Map<string, HistoryEntry>();
  for (const entry of ticket.status.history) {
    if (entry.action === 'endorsed') found.set(entry.by, entry);
    if (entry.action === 'unendorsed') found.delete(entry.by);
    if (entry.action === 'lapsed') found.clear();
  }
  return isPending(ticket) ? [...found.values()] : [];
}

/** Whether somebody's vote stands on a request that waits for others. */
export function hasVoted(ticket: Ticket, email: string): boolean {
  return votesOn(ticket).some(({ by }) => by === email);
}

/** Whether it waits for somebody: for a decision, and not after their own vote. */
export const waitsFor = (ticket: Ticket, email: string) => isPending(ticket) && !hasVoted(ticket, email);
