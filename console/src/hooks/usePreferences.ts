import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import { ApiProblem } from '@/api/problem';
import type { Preferences } from '@/api/types';

const KEY = ['preferences'] as const;

interface Kept {
  preferences: Preferences;
  /** The revision that was read: a change names it, so that of two windows none undoes the other's. */
  etag: string;
}

async function read(): Promise<Kept> {
  const answer = await api.GET('/v1/me/preferences');
  return kept(answer);
}

function kept(answer: { data?: Preferences; response: Response }): Kept {
  return { preferences: data(answer), etag: answer.response.headers.get('ETag') ?? '' };
}

async function put(preferences: Preferences, etag: string): Promise<Kept> {
  const params = { header: { 'if-match': etag } };
  return kept(await api.PUT('/v1/me/preferences', { params, body: preferences }));
}

export function useReadPreferences() {
  return useQuery({ queryKey: KEY, queryFn: read, staleTime: 60_000 });
}

/** What the reader chose for themselves; undefined until it is read, and where it can't be. */
export function usePreferences(): Preferences | undefined {
  return useReadPreferences().data?.preferences;
}

type Change = (now: Preferences) => Preferences;

/** Changes them: where another window was first, what it kept is read, and changed. */
async function changed(client: QueryClient, change: Change): Promise<Kept> {
  const now = client.getQueryData<Kept>(KEY) ?? (await read());
  try {
    return await put(change(now.preferences), now.etag);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 412) throw error;
    const newer = await read();
    return put(change(newer.preferences), newer.etag);
  }
}

export function useChangePreferences() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: Change) => changed(client, change),
    onSuccess: (now) => client.setQueryData(KEY, now),
    // One after the other: the second names the revision that the first one made.
    scope: { id: 'preferences' },
  });
}
