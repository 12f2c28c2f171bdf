import { keepPreviousData, useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import { keep, nameOf } from '@/api/keep';
import { trailQuery, type TrailFilters } from '@/api/trail';
import type { AuditEntry } from '@/api/types';

const PAGE = 100;

interface TrailPage {
  entries: readonly AuditEntry[];
  total: number;
  next: string | undefined;
}

/** The entries that the filters ask for, page after page, the newest first. */
export function useTrail(filters: TrailFilters) {
  return useInfiniteQuery({
    queryKey: ['audit', filters],
    queryFn: async ({ pageParam, signal }): Promise<TrailPage> => {
      const query = { ...trailQuery(filters), limit: PAGE, ...(pageParam && { cursor: pageParam }) };
      const answer = await api.GET('/v1/audit', { params: { query }, signal });
      const entries = data(answer) as readonly AuditEntry[];
      const { headers } = answer.response;
      return {
        entries,
        total: Number(headers.get('X-Total-Count') ?? entries.length),
        next: headers.get('X-Next-Cursor') ?? undefined,
      };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: TrailPage) => last.next,
    placeholderData: keepPreviousData,
  });
}

export type ExportFormat = 'csv' | 'jsonl';

/** Fetches all that the filters find as a file, and hands it to the browser to keep. */
export function useTrailExport(filters: TrailFilters) {
  return useMutation({
    mutationFn: async (format: ExportFormat) => {
      const query = { ...trailQuery(filters), format };
      const answer = await api.GET('/v1/audit', { params: { query }, parseAs: 'blob' });
      keep(data(answer), nameOf(answer.response, `audit.${format}`));
    },
  });
}
