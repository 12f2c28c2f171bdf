import { QueryClient } from '@tanstack/react-query';
import { retryable } from './problem';

/** What the server answered, kept for a while for all that is shown. */
export function answersCache(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 15_000, retry: (count, error) => count < 2 && retryable(error) },
      // A decision is sent while somebody watches; held back until the network returns, it would surprise them.
      mutations: { networkMode: 'always' },
    },
  });
}
