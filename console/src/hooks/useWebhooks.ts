import { useMutation, useQuery } from '@tanstack/react-query';
import { api, data } from '@/api/client';

export function useTenantWebhooks(tenant: string) {
  return useQuery({
    queryKey: ['webhooks', tenant],
    queryFn: async ({ signal }) =>
      data(await api.GET('/v1/tenants/{tenant}/webhooks', { params: { path: { tenant } }, signal })),
  });
}

export function useUndelivered(tenant: string) {
  return useQuery({
    queryKey: ['webhooks', tenant, 'undelivered'],
    queryFn: async ({ signal }) =>
      data(
        await api.GET('/v1/tenants/{tenant}/webhooks/undelivered', { params: { path: { tenant } }, signal }),
      ),
  });
}

/** A call of one webhook: with a test, or with an event that it was not told. */
export function useWebhookCall(tenant: string, id: string) {
  return useMutation({
    mutationFn: async (event: { ticket: string; number: number } | null) => {
      const params = { path: { tenant, id } };
      return event
        ? data(await api.POST('/v1/tenants/{tenant}/webhooks/{id}/redeliver', { params, body: event }))
        : data(await api.POST('/v1/tenants/{tenant}/webhooks/{id}/test', { params }));
    },
  });
}
