import { useQueries } from '@tanstack/react-query';
import { awaitsLaunch } from '@/api/lifecycle';
import { api, data } from '@/api/client';
import type { RuledRequest, Ticket } from '@/api/types';
import { CLOSED_AGAIN_MS, KEYS } from './useRequests';

/** As many as a page of the list has, so that the next page asks for its own only. */
const AT_ONCE = 50;

/** What rules keep each of the requests waiting for now; undefined where they say nothing, or it is not known yet. */
export function useRuled(tickets: readonly Ticket[]): (id: string) => RuledRequest | undefined {
  const waiting = new Set(tickets.filter(awaitsLaunch).map((each) => each.metadata.id));
  const pages = Array.from({ length: Math.ceil(tickets.length / AT_ONCE) }, (_, page) =>
    tickets
      .slice(page * AT_ONCE, (page + 1) * AT_ONCE)
      .map((each) => each.metadata.id)
      .filter((id) => waiting.has(id)),
  );
  const answers = useQueries({
    queries: pages.map((ids) => ({
      queryKey: [...KEYS.comparisons, 'ruled', ...ids],
      queryFn: ({ signal }: { signal: AbortSignal }) => ruled(ids, signal),
      enabled: ids.length > 0,
      // A row more or less asks anew; until the answer the rows that were there keep theirs.
      placeholderData: (before: readonly RuledRequest[] | undefined) => before,
      refetchInterval: CLOSED_AGAIN_MS,
    })),
  });
  const known = new Map(answers.flatMap((each) => each.data ?? []).map((each) => [each.ticketId, each]));
  return (id) => (waiting.has(id) ? known.get(id) : undefined);
}

async function ruled(id: string[], signal: AbortSignal): Promise<RuledRequest[]> {
  return data(await api.GET('/v1/requests/prod/ruled', { params: { query: { id } }, signal }));
}
