import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import { answerTo, newPasskey } from '@/api/passkey';
import type { MadePasskey } from '@/api/types';

const KEY = ['passkeys'] as const;

/** The reader's passkeys, those that ended, too. */
export function usePasskeys() {
  return useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) => data(await api.GET('/v1/passkeys', { signal })),
  });
}

function useRead() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: KEY });
}

/** Makes a passkey in the browser; whoever has one already confirms it by that, and it is recorded. */
export function useMakePasskey() {
  const read = useRead();
  return useMutation({
    mutationFn: async (label: string): Promise<MadePasskey> => {
      const body = await newPasskey(data(await api.POST('/v1/passkeys/options')), label);
      const made = data(await api.POST('/v1/passkeys', { body }));
      if (!made.confirm) return made;
      const confirmation = await answerTo(made.confirm);
      return data(await api.POST('/v1/passkeys', { body: { ...body, confirmation } }));
    },
    onSuccess: read,
  });
}

export function useWithdrawPasskey() {
  const read = useRead();
  return useMutation({
    mutationFn: async (id: string) =>
      data(await api.POST('/v1/passkeys/{id}/withdraw', { params: { path: { id } } })),
    onSuccess: read,
  });
}
