import { useQueries } from '@tanstack/react-query';
import { awaitsLaunch } from '@/api/lifecycle';
import { api, data } from '@/api/client';
import type { RuledRequest, Ticket } from '@/api/types';
import { CLOSED_AGAIN_MS, KEYS } from './useRequests';

/** As many as a page of the list has, so that the next page asks for its own only. */
const AT_ONCE = 50;

export interface Ruled {
  /** What rules keep a request waiting for now; undefined where they say nothing, or it is not known yet. */
  of: (id: string) => RuledRequest | undefined;
  /** True while it is asked for the first time about some of them. */
  asking: boolean;
}

export function useRuled(tickets: readonly Ticket[]): Ruled {
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
      placeholderData: (before: Answer | undefined) => before,
      refetchInterval: CLOSED_AGAIN_MS,
    })),
  });
  const known = answers.reduce<Answer>((all, each) => ({ ...all, ...each.data }), {});
  const coming = answers.some((each) => each.isFetching && each.failureCount === 0);
  return {
    of: (id) => (waiting.has(id) ? (known[id] ?? undefined) : undefined),
    asking: coming && [...waiting].some((id) => known[id] === undefined),
  };
}

/** Each request that was asked about; null where rules say nothing of it. */
type Answer = Record<string, RuledRequest | null>;

async function ruled(id: string[], signal: AbortSignal): Promise<Answer> {
  const found = data(await api.GET('/v1/requests/prod/ruled', { params: { query: { id } }, signal }));
  const nothing = Object.fromEntries(id.map((each) => [each, null]));
  return { ...nothing, ...Object.fromEntries(found.map((each) => [each.ticketId, each])) };
}
