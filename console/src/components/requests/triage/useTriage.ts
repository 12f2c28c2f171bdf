import { useEffect, useSyncExternalStore } from 'react';
import type { Filters } from '@/api/filters';
import type { Ticket } from '@/api/types';
import { delayed, type Delayed } from '@/components/requests/decide/delayed';
import { useCaller } from '@/shell/useCaller';
import { around, nextWaiting, waitingIn } from './order';

/** Where nothing waits any more. */
export const NONE = 'none';

const leavingOf = (all: readonly Delayed[]) => all.filter(({ stage }) => stage !== 'refused');

type Change = (change: Partial<Filters>, replace?: boolean) => void;

export interface Triage {
  /** The request that is shown; empty where nothing waits. */
  at: string;
  /** Its place among those shown, from 0; -1 for one that is in no row, as an address may name. */
  place: number;
  /** Requests whose approval can still be taken back, and whether it is one vote of several. */
  leaving: ReadonlyMap<string, boolean>;
  go: (id: string) => void;
  /** To the one beside it, whether it waits or not. */
  step: (by: 1 | -1) => void;
  /** To the next that waits, after a decision on the one that is shown. */
  next: () => void;
}

/** Which request is shown, and which one comes then. */
export function useTriage(tickets: readonly Ticket[], filters: Filters, change: Change): Triage {
  const all = useSyncExternalStore(delayed.subscribe, delayed.read);
  const leaving = new Map(leavingOf(all).map((each) => [each.said.id, each.vote ?? false]));
  const { email } = useCaller();
  const waiting = waitingIn(tickets, leaving, email);
  const at = filters.at || (waiting[0] ?? '');
  const go = (id: string) => change({ at: id }, true);
  const ids = tickets.map((each) => each.metadata.id);
  // What is shown stays until one goes on: a decision of somebody else must not change it under a key.
  useEffect(() => {
    if (!filters.at && at) change({ at }, true);
  }, [filters.at, at, change]);
  return {
    at,
    place: ids.indexOf(at),
    leaving,
    go,
    step: (by) => {
      const beside = around(ids, at, by);
      if (beside) go(beside);
    },
    // Read anew: the decision that calls this is not in what was rendered.
    next: () => {
      const gone = new Set([...leavingOf(delayed.read()).map((each) => each.said.id), at]);
      go(nextWaiting(ids, waitingIn(tickets, gone, email), at) ?? NONE);
    },
  };
}
