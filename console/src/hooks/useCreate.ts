import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import type { Creation } from '@/api/types';
import type { Taken } from '@/api/decide';
import { KEYS } from './useRequests';

const KEPT_AS = 'prodgate-sent';

/** The key under which this very request is sent. The same request sent again, even after a reload, has the same key,
 * and the server answers with the ticket that it made the first time. */
function idempotencyKey(body: Creation): string {
  const text = JSON.stringify(body);
  const before = JSON.parse(sessionStorage.getItem(KEPT_AS) ?? '{}') as { text?: string; key?: string };
  if (before.text === text && before.key) return before.key;
  const key = crypto.randomUUID();
  sessionStorage.setItem(KEPT_AS, JSON.stringify({ text, key }));
  return key;
}

export function useCreate() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: Creation): Promise<Taken> => {
      const header = { 'idempotency-key': idempotencyKey(body) };
      const answer = await api.POST('/v1/requests/prod', { body, params: { header } });
      return { ticket: data(answer), recorded: answer.response.status !== 202 };
    },
    onSuccess: ({ ticket }) => {
      // The next request is another one, even if it says the same.
      sessionStorage.removeItem(KEPT_AS);
      client.setQueryData(KEYS.ticket(ticket.metadata.id), { ticket, etag: undefined });
      void client.invalidateQueries({ queryKey: KEYS.lists });
      void client.invalidateQueries({ queryKey: KEYS.stats });
    },
  });
}
