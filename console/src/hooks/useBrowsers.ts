import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import { endHere, keepOwner } from '@/auth/notified';
import { session } from '@/auth/session';
import { subscribe, thisBrowser } from '@/components/preferences/push';
import { useSpeech } from '@/i18n';

const KEY = ['browsers'] as const;

async function read(key: string) {
  const [listed, here] = await Promise.all([api.GET('/v1/me/browsers').then(data), thisBrowser(key)]);
  return { listed, here: listed.some(({ id }) => id === here) ? here : null };
}

/** The browsers in which the reader is notified, and which of them this one is. */
export function useBrowsers(key: string) {
  return useQuery({ queryKey: KEY, queryFn: () => read(key) });
}

/** Notify the reader in this browser; where the server does not take it, nothing of it stays. */
export function useAddBrowser(key: string) {
  const client = useQueryClient();
  const { language } = useSpeech();
  return useMutation({
    mutationFn: async () => {
      const body = await subscribe(key, language);
      try {
        const added = data(await api.POST('/v1/me/browsers', { body }));
        keepOwner(session.subject);
        return added;
      } catch (error) {
        await endHere();
        throw error;
      }
    },
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
}

export function useRemoveBrowser(here: string | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (browser: string) => {
      await api.DELETE('/v1/me/browsers/{browser}', { params: { path: { browser } } });
      if (browser === here) await endHere();
    },
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
}
