import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import { keep } from '@/api/keep';
import type { DocumentFormat, Report, ReportOrder } from '@/api/types';

const KEY = ['reports'] as const;
const PAGE = 20;
const LOOK_EVERY_MS = 1_500;

interface ReportPage {
  reports: readonly Report[];
  next: string | undefined;
}

/** The reports, newest first, page after page; looked at again and again while one of them is being made. */
export function useReports() {
  return useInfiniteQuery({
    queryKey: KEY,
    queryFn: async ({ pageParam, signal }): Promise<ReportPage> => {
      const query = { limit: PAGE, ...(pageParam && { cursor: pageParam }) };
      const answer = await api.GET('/v1/reports', { params: { query }, signal });
      return { reports: data(answer), next: answer.response.headers.get('X-Next-Cursor') ?? undefined };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: ReportPage) => last.next,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.reports.some((each) => each.state === 'making'))
        ? LOOK_EVERY_MS
        : false,
  });
}

/** Orders, retries and cancels; the list is read again after each. */
export function useReportActions() {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: KEY });
  const order = useMutation({
    mutationFn: async (body: ReportOrder) => data(await api.POST('/v1/reports', { body })),
    onSettled,
  });
  const retry = useMutation({
    mutationFn: async (path: { id: string; tenant: string }) =>
      data(await api.POST('/v1/reports/{id}/parts/{tenant}/retry', { params: { path } })),
    onSettled,
  });
  const cancel = useMutation({
    mutationFn: async (id: string) =>
      data(await api.POST('/v1/reports/{id}/cancel', { params: { path: { id } } })),
    onSettled,
  });
  return { order, retry, cancel };
}

interface Wanted {
  report: string;
  tenant: string;
  form: DocumentFormat;
  name: string;
}

/** Fetches a file by a link of its own, which works once, and hands it to the browser to keep. */
export function useDownload(done: (name: string) => void) {
  return useMutation({
    mutationFn: async ({ report, tenant, form, name }: Wanted) => {
      const link = data(await api.POST('/v1/links', { body: { report, tenant, form, bound: true } }));
      const path = { token: link.url.slice(link.url.lastIndexOf('/') + 1) };
      keep(data(await api.GET('/v1/links/{token}', { params: { path }, parseAs: 'blob' })), name);
      return name;
    },
    onSuccess: done,
  });
}
