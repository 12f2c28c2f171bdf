import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import type { State, TargetVersion } from '@/api/types';
import type { TargetOf } from '@/components/requests/links';
import { KEYS } from './useRequests';

const VERSIONS = 20;
const FEW = 5;
/** Others that a reader may not see change the line too, and no event tells of those. */
const AGAIN_MS = 10_000;

// What is in production changes with what the stream tells of: these are read again as comparisons are.
const keyOf = ({ tenant, type, name }: TargetOf) => [...KEYS.comparisons, 'target', tenant, type, name];

export function useTarget(target: TargetOf) {
  return useQuery({
    queryKey: keyOf(target),
    queryFn: async ({ signal }) =>
      data(await api.GET('/v1/targets/{tenant}/{type}/{name}', { params: { path: target }, signal })),
  });
}

interface VersionPage {
  versions: readonly TargetVersion[];
  next: string | undefined;
}

/** The versions that were in production, newest first, page after page. */
export function useVersions(target: TargetOf) {
  return useInfiniteQuery({
    queryKey: [...keyOf(target), 'versions'],
    queryFn: async ({ pageParam, signal }): Promise<VersionPage> => {
      const query = { limit: VERSIONS, ...(pageParam && { cursor: pageParam }) };
      const answer = await api.GET('/v1/targets/{tenant}/{type}/{name}/versions', {
        params: { path: target, query },
        signal,
      });
      return { versions: data(answer), next: answer.response.headers.get('X-Next-Cursor') ?? undefined };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: VersionPage) => last.next,
  });
}

/** The target's requests in these states that the reader may see: those that changed last, and how many there are. */
export function useTargetRequests({ tenant, type, name }: TargetOf, state: readonly State[]) {
  const query = { tenant, type, target: name, state: [...state], sort: '-updatedAt' as const, limit: FEW };
  return useQuery({
    queryKey: [...KEYS.comparisons, 'of-target', query],
    queryFn: async ({ signal }) => {
      const answer = await api.GET('/v1/requests/prod', { params: { query }, signal });
      const tickets = data(answer);
      return { tickets, total: Number(answer.response.headers.get('X-Total-Count') ?? tickets.length) };
    },
  });
}

export function useTenant(tenant: string) {
  return useQuery({
    queryKey: ['tenant', tenant],
    queryFn: async ({ signal }) =>
      data(await api.GET('/v1/tenants/{tenant}', { params: { path: { tenant } }, signal })),
  });
}

export function useTenantTargets(tenant: string, q: string) {
  return useQuery({
    queryKey: ['targets', tenant, q],
    queryFn: async ({ signal }) =>
      data(await api.GET('/v1/targets', { params: { query: { tenant, q } }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function useQueue() {
  return useQuery({
    queryKey: [...KEYS.comparisons, 'queue'],
    queryFn: async ({ signal }) => data(await api.GET('/v1/queue', { signal })),
    refetchInterval: AGAIN_MS,
  });
}
