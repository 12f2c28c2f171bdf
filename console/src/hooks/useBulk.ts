import { useRef, useState } from 'react';
import { isPending } from '@/api/lifecycle';
import type { Decision, Ticket } from '@/api/types';
import { refusalOf, type Refusal } from './useDecision';
import { decide, useTicketCache } from './useRequests';

/** `voted`: taken as one vote of several. */
export type Outcome = 'waiting' | 'running' | 'done' | 'voted' | Refusal;

/** Decides on several requests, one after the other in the order they are given, since that is the order in which they
 * are deployed. What one refuses is kept with it, and the next is asked. */
export function useBulk(decision: Decision) {
  const cache = useTicketCache();
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());
  const [phase, setPhase] = useState<'asking' | 'running' | 'over'>('asking');
  const stopped = useRef(false);
  const note = (id: string, outcome: Outcome) => setOutcomes((was) => new Map(was).set(id, outcome));

  /** `shown` tells the version in production that each was shown against. */
  const run = async (
    tickets: readonly Ticket[],
    text: string,
    shown: (id: string) => string | undefined = () => undefined,
  ) => {
    setPhase('running');
    stopped.current = false;
    for (const { metadata } of tickets) {
      if (isSet(stopped)) break;
      note(metadata.id, 'running');
      try {
        const production = shown(metadata.id);
        const { ticket } = await decide({ id: metadata.id, decision, text, production });
        cache.put(ticket);
        note(metadata.id, isPending(ticket) ? 'voted' : 'done');
      } catch (error) {
        note(metadata.id, refusalOf(error));
      }
    }
    setPhase('over');
  };

  return {
    run,
    phase,
    outcome: (id: string): Outcome => outcomes.get(id) ?? 'waiting',
    done: [...outcomes.values()].filter((each) => each === 'done' || each === 'voted').length,
    stop: () => (stopped.current = true),
  };
}

/** Read through a call: the loop above can't see that a click sets it meanwhile. */
function isSet(flag: { readonly current: boolean }): boolean {
  return flag.current;
}
