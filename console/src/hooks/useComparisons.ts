import { useQueries } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import type { Comparison, State, Ticket } from '@/api/types';
import { KEYS, useDifference } from './useRequests';

/** What a request replaces, or why that is not known. */
export type Compared = Comparison | 'loading' | 'failed';

/** As many as a page of the list has, so that the next page asks for its own only. */
const AT_ONCE = 50;

/** What came to nothing replaces nothing. */
const OVER: readonly State[] = ['rejected', 'cancelled', 'expired', 'superseded'];
const replaces = (ticket: Ticket) => !OVER.includes(ticket.status.state);

/** What one request replaces, on its own page and in its dialogs; undefined where it came to nothing. */
export function useCompared(ticket: Ticket): Compared | undefined {
  const ticketId = ticket.metadata.id;
  const { data, isError } = useDifference(ticketId);
  if (!replaces(ticket)) return undefined;
  if (!data) return isError ? 'failed' : 'loading';
  const { inProduction, direction, others } = data;
  return { ticketId, replaces: inProduction?.version ?? null, direction, others };
}

/** What each of the requests replaces in production; undefined for one that came to nothing. */
export function useComparisons(tickets: readonly Ticket[]): (id: string) => Compared | undefined {
  const idsOf = (some: readonly Ticket[]) => some.filter(replaces).map((each) => each.metadata.id);
  const alive = new Set(idsOf(tickets));
  const chunks = Array.from({ length: Math.ceil(tickets.length / AT_ONCE) }, (_, index) =>
    idsOf(tickets.slice(index * AT_ONCE, (index + 1) * AT_ONCE)),
  );
  const answers = useQueries({
    queries: chunks.map((chunk) => ({
      queryKey: [...KEYS.comparisons, 'of', ...chunk],
      queryFn: ({ signal }: { signal: AbortSignal }) => compared(chunk, signal),
      enabled: chunk.length > 0,
      // A row more or less asks anew; until the answer the rows that were there keep theirs.
      placeholderData: (before: readonly Comparison[] | undefined) => before,
    })),
  });
  const known = new Map(
    answers.flatMap((each) => each.data ?? []).map((each) => [each.ticketId, each] as const),
  );
  const waiting = answers.some((each) => each.isFetching && !each.isError);
  return (id) => (alive.has(id) ? (known.get(id) ?? (waiting ? 'loading' : 'failed')) : undefined);
}

async function compared(id: string[], signal: AbortSignal): Promise<Comparison[]> {
  return data(await api.GET('/v1/requests/prod/comparisons', { params: { query: { id } }, signal }));
}
