import { useQuery } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import type { Ticket } from '@/api/types';
import { KEYS } from './useRequests';

/** The API's contract beside production's, as it was compared when the request was submitted; never another one. */
export function useContract({ metadata: { id }, spec }: Ticket) {
  return useQuery({
    queryKey: [...KEYS.ticket(id), 'contract'],
    queryFn: async ({ signal }) =>
      data(await api.GET('/v1/requests/prod/{id}/contract', { params: { path: { id } }, signal })),
    enabled: spec.target.type === 'api',
    staleTime: Infinity,
  });
}
