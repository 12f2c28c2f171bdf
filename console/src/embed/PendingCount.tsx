import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Link } from 'react-router';
import { api, data } from '@/api/client';
import { KEYS } from '@/hooks/useRequests';
import type { ConsoleElement } from './element';
import { useElementWords } from './words';

/** How many requests wait for the caller's decision, as a way to them. */
export function PendingCount({ element }: { element: ConsoleElement }) {
  const words = useElementWords();
  const count = useWaiting();
  useEffect(() => {
    if (count !== undefined) element.counted(count);
  }, [element, count]);
  if (count === undefined) return null;
  return (
    <Link
      to="/requests?tab=waiting"
      aria-label={words.waiting(count)}
      className="inline-grid min-h-6 min-w-6 place-items-center rounded-full bg-accent px-1.5 text-xs font-semibold text-white tabular-nums no-underline"
    >
      {count}
    </Link>
  );
}

/** With the figures that changes ask for anew. */
function useWaiting(): number | undefined {
  return useQuery({
    queryKey: [...KEYS.stats, 'waiting'],
    queryFn: async ({ signal }) => {
      const answer = await api.GET('/v1/requests/prod/pending', { params: { query: { limit: 1 } }, signal });
      return Number(answer.response.headers.get('X-Total-Count') ?? data(answer).length);
    },
  }).data;
}
