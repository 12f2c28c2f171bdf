import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { api, data } from '@/api/client';
import { handle } from '@/components/requests/people';
import { useSpeech } from '@/i18n';

/** Somebody's name, from their address; of who is in no file any more, the part before the @. */
export function usePeople(): (email: string) => string {
  const { t } = useSpeech();
  const people = useQuery({
    queryKey: ['people'],
    queryFn: async ({ signal }) => data(await api.GET('/v1/people', { signal })),
    staleTime: 300_000,
  }).data;
  const names = useMemo(
    () => new Map(people?.map(({ email, name }) => [email.toLowerCase(), name] as const)),
    [people],
  );
  return useCallback(
    (email) => (email === 'system' ? t.common.system : (names.get(email.toLowerCase()) ?? handle(email))),
    [names, t],
  );
}
