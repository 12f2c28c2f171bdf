import {
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
  type InfiniteData,
  type QueryClient,
} from '@tanstack/react-query';
import { api, data } from '@/api/client';
import { days, doneFrom, type Filters } from '@/api/filters';
import { retryable } from '@/api/problem';
import { decides } from '@/api/rights';
import type { Me, Ticket } from '@/api/types';

const PAGE = 50;

interface ListPage {
  items: readonly Ticket[];
  total: number;
  next: string | undefined;
}

export type ListData = InfiniteData<ListPage>;

export const KEYS = {
  lists: ['lists'] as const,
  stats: ['stats'] as const,
  calendar: ['calendar'] as const,
  debts: ['debts'] as const,
  ticket: (id: string) => ['ticket', id] as const,
  /** What each replaces changes with what others deploy, ask for and decide. */
  comparisons: ['comparisons'] as const,
};

/** Who is signed in; asked once, and again when the page is come back to, since roles change by a commit. */
export function useMe() {
  return useQuery({
    queryKey: ['me'],
    queryFn: async ({ signal }) => data(await api.GET('/v1/me', { signal })),
    staleTime: 60_000,
  });
}

export function useStats() {
  return useQuery({
    queryKey: KEYS.stats,
    queryFn: async ({ signal }) => data(await api.GET('/v1/requests/prod/stats', { signal })),
  });
}

/** How many requests wait for the caller in all, whatever is filtered; for who may decide. */
export function useWaitingCount(me: Me): number | undefined {
  return useQuery({
    queryKey: [...KEYS.stats, 'waiting'],
    queryFn: async ({ signal }) =>
      read(await api.GET('/v1/requests/prod/pending', { params: { query: { limit: 1 } }, signal })).total,
    enabled: decides(me),
  }).data;
}

/** The list that the filters ask for, page after page. */
export function useRequests(filters: Filters, zone: string) {
  return useInfiniteQuery({
    queryKey: listKey(filters),
    queryFn: ({ pageParam, signal }) => page(filters, zone, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: ListPage) => last.next,
    // Another filter answers in a moment; until then the list before stays instead of a flash of emptiness.
    placeholderData: keepPreviousData,
  });
}

/** Where a list is kept; the view and the request beside it make no other list. */
function listKey(filters: Filters) {
  return [...KEYS.lists, { ...filters, view: 'rows', at: '' }];
}

async function page(
  filters: Filters,
  zone: string,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<ListPage> {
  const query = {
    limit: PAGE,
    ...(cursor && { cursor }),
    ...days(filters, zone, new Date()),
    ...(filters.tenant && { tenant: filters.tenant }),
    ...(filters.type && { type: filters.type }),
    ...(filters.q && { q: filters.q }),
    sort: filters.order,
  };
  if (filters.tab === 'waiting') {
    return read(await api.GET('/v1/requests/prod/pending', { params: { query }, signal }));
  }
  const path = filters.tab === 'mine' ? '/v1/requests/prod/my' : '/v1/requests/prod';
  const state = [...filters.states];
  return read(
    await api.GET(path, {
      params: { query: { ...query, ...doneFrom(filters, zone, new Date()), state } },
      signal,
    }),
  );
}

function read(answer: { data?: Ticket[]; response: Response }): ListPage {
  const items = data(answer);
  const { headers } = answer.response;
  return {
    items,
    total: Number(headers.get('X-Total-Count') ?? items.length),
    next: headers.get('X-Next-Cursor') ?? undefined,
  };
}

const LOOK_AGAIN_MS = 4_000;

export interface Read {
  ticket: Ticket;
  /** The revision that is shown; a decision names it, so that nobody decides on what they have not seen. */
  etag: string | undefined;
}

function ticketOf(id: string) {
  return queryOptions({
    queryKey: KEYS.ticket(id),
    queryFn: async ({ signal }): Promise<Read> => {
      const answer = await api.GET('/v1/requests/prod/{id}', { params: { path: { id } }, signal });
      return { ticket: data(answer), etag: answer.response.headers.get('ETag') ?? undefined };
    },
  });
}

export function useTicket(id: string) {
  return useQuery({
    ...ticketOf(id),
    enabled: id !== '',
    // Somebody may be about to decide on what is shown: where it could not be read again, it is tried until it can.
    refetchInterval: ({ state }) => state.status === 'error' && retryable(state.error) && LOOK_AGAIN_MS,
  });
}

function permissionsOf(id: string) {
  return queryOptions({
    queryKey: [...KEYS.ticket(id), 'permissions'],
    queryFn: async ({ signal }) =>
      data(await api.GET('/v1/requests/prod/{id}/permissions', { params: { path: { id } }, signal })),
  });
}

export function usePermissions(id: string) {
  return useQuery(permissionsOf(id));
}

function differenceOf(id: string) {
  return queryOptions({
    queryKey: [...KEYS.comparisons, id],
    queryFn: async ({ signal }) =>
      data(await api.GET('/v1/requests/prod/{id}/diff', { params: { path: { id } }, signal })),
  });
}

export function useDifference(id: string) {
  return useQuery({ ...differenceOf(id), enabled: id !== '' });
}

/** The API's contract beside production's, as it was compared when the request was submitted; never another one. */
export function contractOf({ metadata: { id }, spec }: Ticket) {
  return queryOptions({
    queryKey: [...KEYS.ticket(id), 'contract'],
    queryFn: async ({ signal }) =>
      data(await api.GET('/v1/requests/prod/{id}/contract', { params: { path: { id } }, signal })),
    enabled: spec.target.type === 'api',
    staleTime: Infinity,
  });
}

function lineOf(id: string) {
  return queryOptions({
    queryKey: [...KEYS.comparisons, 'line', id],
    queryFn: async ({ signal }) =>
      data(await api.GET('/v1/requests/prod/{id}/line', { params: { path: { id } }, signal })),
  });
}

/** Reads what a decision on a request needs, before somebody comes to it. */
export function prefetchJudged(client: QueryClient, id: string): void {
  // A fault stays with its query, which is asked again by who shows it.
  const shown = () => undefined;
  client
    .query(ticketOf(id))
    .then(async ({ ticket }) => {
      if (ticket.spec.target.type === 'api') await client.query(contractOf(ticket));
    })
    .catch(shown);
  client.query(permissionsOf(id)).catch(shown);
  client.query(lineOf(id)).catch(shown);
  client
    .query(differenceOf(id))
    .then(async ({ inProduction }) => {
      if (inProduction?.ticketId) await client.query(ticketOf(inProduction.ticketId));
    })
    .catch(shown);
}

/** The commits that made the request what it is; one that only says so, without proof, is not shown as an act. */
export function useCommits(id: string) {
  return useQuery({
    queryKey: [...KEYS.ticket(id), 'history'],
    queryFn: async ({ signal }) =>
      data(await api.GET('/v1/requests/prod/{id}/history', { params: { path: { id } }, signal })),
    select: (commits) => commits.filter((each) => each.proven),
  });
}

/** What was announced of the request; looked at again while something still waits for its channel. */
export function useAnnouncements(id: string) {
  return useQuery({
    queryKey: [...KEYS.ticket(id), 'announcements'],
    queryFn: async ({ signal }) =>
      data(await api.GET('/v1/requests/prod/{id}/announcements', { params: { path: { id } }, signal })),
    refetchInterval: ({ state }) => state.data?.some((each) => each.outcome === 'waiting') && LOOK_AGAIN_MS,
  });
}

/** What GitLab said of the test evidence; asked where the address is a pipeline's, and never again. */
export function useChecks(id: string, address: string) {
  return useQuery({
    queryKey: [...KEYS.ticket(id), 'checks'],
    queryFn: async ({ signal }) =>
      data(await api.GET('/v1/requests/prod/{id}/checks', { params: { path: { id } }, signal })),
    enabled: /\/pipelines\/\d/.test(address),
    staleTime: Infinity,
  });
}

/** Others that a request's reader may not see change its place too, and no event tells of those. */
const LINE_AGAIN_MS = 10_000;
/** Freezes end by the clock, and change with files of rules, which no event tells of either. */
export const CLOSED_AGAIN_MS = 60_000;

/** Who is ahead of a request in its target's line, and the freeze that it is in; asked for while it may be launched. */
export function useLine(id: string, waits: boolean) {
  return useQuery({
    ...lineOf(id),
    enabled: waits,
    refetchInterval: ({ state }) =>
      state.data?.ahead?.length ? LINE_AGAIN_MS : Boolean(state.data?.closed) && CLOSED_AGAIN_MS,
  });
}

/** Puts what an answer or the stream told into everything that is shown. */
export function useTicketCache() {
  const client = useQueryClient();
  return {
    /** A ticket as an answer carried it; its revision is unknown here, so it is read again besides. */
    put(ticket: Ticket) {
      const { id } = ticket.metadata;
      client.setQueryData<Read>(KEYS.ticket(id), (was) => was && { ...was, ticket, etag: undefined });
      client.setQueriesData<ListData>({ queryKey: KEYS.lists }, (was) => was && withTicket(was, ticket));
      void client.invalidateQueries({ queryKey: KEYS.ticket(id) });
      void client.invalidateQueries({ queryKey: KEYS.stats });
      void client.invalidateQueries({ queryKey: KEYS.debts });
      void client.invalidateQueries({ queryKey: KEYS.comparisons });
      void client.invalidateQueries({ queryKey: KEYS.lists, refetchType: 'none' });
    },
  };
}

export function withTicket(list: ListData, ticket: Ticket): ListData {
  const { id } = ticket.metadata;
  if (!list.pages.some((each) => each.items.some((item) => item.metadata.id === id))) return list;
  const replaced = (each: ListPage) => ({
    ...each,
    items: each.items.map((item) => (item.metadata.id === id ? ticket : item)),
  });
  return { ...list, pages: list.pages.map(replaced) };
}
