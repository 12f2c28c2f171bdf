import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import type { components } from '@/api/schema';

export type Delegation = components['schemas']['ShownDelegation'];
export type DelegationBody = components['schemas']['DelegationBody'];

const KEY = ['delegations'] as const;

/** The votes that the reader handed over, and those that were handed to them. */
export function useDelegations() {
  return useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) => data(await api.GET('/v1/delegations', { signal })),
  });
}

function useRead() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: KEY });
}

/** Hands the reader's vote over; sent again, the same one answers. */
export function useHandOver() {
  const read = useRead();
  return useMutation({
    mutationFn: async ({ body, key }: { body: DelegationBody; key: string }) =>
      data(await api.POST('/v1/delegations', { body, params: { header: { 'idempotency-key': key } } })),
    onSuccess: read,
  });
}

export function useWithdraw() {
  const read = useRead();
  return useMutation({
    mutationFn: async (id: string) =>
      data(await api.POST('/v1/delegations/{id}/withdraw', { params: { path: { id } } })),
    onSuccess: read,
  });
}
