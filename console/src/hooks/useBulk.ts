import { useRef, useState } from 'react';
import { isPending } from '@/api/lifecycle';
import { ApiProblem } from '@/api/problem';
import type { Ticket } from '@/api/types';
import { refusalOf, type Refusal } from './useDecision';
import { decideSeveral, type Result } from './several';
import { useTicketCache } from './useRequests';

/** `voted`: taken as one vote of several. */
export type Outcome = 'waiting' | 'running' | 'done' | 'voted' | Refusal;

/** As many at a time: whoever stops it stops those that come after. */
const AT_ONCE = 10;

/** Decides on several requests, some at a time in the order they are given, since that is the order in which those of
 * one target are deployed. What one refuses is kept with it, and the others are decided. */
export function useBulk(decision: 'approve' | 'reject') {
  const cache = useTicketCache();
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());
  const [phase, setPhase] = useState<'asking' | 'running' | 'over'>('asking');
  const stopped = useRef(false);
  const note = (found: readonly (readonly [string, Outcome])[]) =>
    setOutcomes((was) => new Map([...was, ...found]));

  const outcomeOf = ({ status, ticket, problem }: Result): Outcome => {
    if (!ticket) return refusalOf(new ApiProblem(status, problem ?? {}));
    cache.put(ticket);
    return isPending(ticket) ? 'voted' : 'done';
  };

  /** `shown` tells the version in production that each was shown against. */
  const run = async (
    tickets: readonly Ticket[],
    text: string,
    shown: (id: string) => string | undefined = () => undefined,
  ) => {
    setPhase('running');
    stopped.current = false;
    const ids = tickets.map(({ metadata }) => metadata.id);
    for (let from = 0; from < ids.length && !isSet(stopped); from += AT_ONCE) {
      const some = ids.slice(from, from + AT_ONCE);
      note(some.map((id) => [id, 'running']));
      try {
        const results = await decideSeveral(
          some.map((id) => ({ id, decision, text, production: shown(id) })),
        );
        note(results.map((result) => [result.id, outcomeOf(result)]));
      } catch (error) {
        note(some.map((id) => [id, refusalOf(error)]));
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
