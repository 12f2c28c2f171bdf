import { useRef, useState } from 'react';
import type { Decision, Ticket } from '@/api/types';
import { refusalOf, type Refusal } from './useDecision';
import { decide, useTicketCache } from './useRequests';

export type Outcome = 'waiting' | 'running' | 'done' | Refusal;

/** Decides on several requests, one after the other. What one refuses is kept with it, and the next is asked; but a
 * sign-in that is too old would be refused for each, so that ends it. */
export function useBulk(tickets: readonly Ticket[], decision: Decision) {
  const cache = useTicketCache();
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());
  const [phase, setPhase] = useState<'asking' | 'running' | 'over'>('asking');
  const stopped = useRef(false);
  const note = (id: string, outcome: Outcome) => setOutcomes((was) => new Map(was).set(id, outcome));

  const run = async (text: string) => {
    setPhase('running');
    stopped.current = false;
    for (const { metadata } of tickets) {
      if (isSet(stopped)) break;
      note(metadata.id, 'running');
      try {
        const { ticket } = await decide({ id: metadata.id, decision, text });
        cache.put(ticket);
        note(metadata.id, 'done');
      } catch (error) {
        const refusal = refusalOf(error);
        note(metadata.id, refusal);
        if (refusal.maxAge !== undefined) break;
      }
    }
    setPhase('over');
  };

  return {
    run,
    phase,
    outcome: (id: string): Outcome => outcomes.get(id) ?? 'waiting',
    done: [...outcomes.values()].filter((each) => each === 'done').length,
    stop: () => (stopped.current = true),
  };
}

/** Read through a call: the loop above can't see that a click sets it meanwhile. */
function isSet(flag: { readonly current: boolean }): boolean {
  return flag.current;
}
