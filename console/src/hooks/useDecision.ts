import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ApiProblem } from '@/api/problem';
import type { Ticket } from '@/api/types';
import { decide, type Said } from '@/api/decide';
import { KEYS, useTicketCache } from './useRequests';

/** What became of a decision that was refused. */
export interface Refusal {
  /** Seconds that a sign-in may be old for this decision, where that is what stands in its way. */
  maxAge: number | undefined;
  /** Whether the request is no longer what was decided on: somebody else was there first. */
  overtaken: boolean;
  /** Whether production is no longer what was shown: it has to be looked at again. */
  moved: boolean;
  error: unknown;
}

/** The request's state does not allow it any more, or its revision is another. */
const OVERTAKEN = [400, 409, 412];

export function refusalOf(error: unknown): Refusal {
  const problem = error instanceof ApiProblem ? error : undefined;
  const moved = problem?.kind === 'production-changed';
  return {
    maxAge: problem?.maxAge,
    overtaken: problem !== undefined && !moved && OVERTAKEN.includes(problem.status),
    moved,
    error,
  };
}

/** Decides, and brings whatever is shown up to date: with the answer, or, where it is refused, by reading again. */
export function useDecision(done: (ticket: Ticket, recorded: boolean) => void) {
  const cache = useTicketCache();
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: decide,
    onSuccess: ({ ticket, recorded }) => {
      cache.put(ticket);
      done(ticket, recorded);
    },
    onError: (error, { id }) => {
      const { overtaken, moved } = refusalOf(error);
      if (moved) return client.refetchQueries({ queryKey: [...KEYS.comparisons, id] });
      return overtaken ? client.refetchQueries({ queryKey: KEYS.ticket(id) }) : undefined;
    },
  });
  return {
    decide: (said: Said) => mutation.mutate(said),
    forget: mutation.reset,
    busy: mutation.isPending,
    refusal: mutation.error ? refusalOf(mutation.error) : undefined,
  };
}
