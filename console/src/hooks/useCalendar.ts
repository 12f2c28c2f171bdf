import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import { api, data } from '@/api/client';
import { dayOf, plus, readDay, type View } from '@/components/calendar/days';
import type { FreezeTime, Ticket } from '@/api/types';
import type { Language } from '@/i18n/format';
import { CLOSED_AGAIN_MS, KEYS } from './useRequests';

/** As many as the longest page of the list has. */
const MOST = 200;
const PLANNED = ['pending', 'approved', 'deploying', 'verifying', 'deployed', 'failed'] as const;
const FEED = ['calendar-address'] as const;

export interface Shown {
  view: View;
  at: Date;
}

/** The view and the day in the address, and a way to change them there. */
export function useShown(): [Shown, (change: Partial<Shown>) => void] {
  const [search, setSearch] = useSearchParams();
  const view: View = search.get('view') === 'month' ? 'month' : 'week';
  const at = readDay(search.get('day')) ?? new Date();
  return [
    { view, at },
    (change) => {
      const next = { view, at, ...change };
      setSearch({ view: next.view, day: dayOf(next.at) });
    },
  ];
}

export interface Plan {
  tickets: readonly Ticket[];
  /** How many more there are than are shown. */
  more: number;
}

/** What is planned from the first day to the last, by time. */
export function usePlan(first: Date, last: Date) {
  const query = {
    scheduledFrom: instant(first),
    scheduledTo: instant(plus(last, 1), -1),
    state: [...PLANNED],
    sort: 'scheduledDate' as const,
    limit: MOST,
  };
  return useQuery({
    queryKey: [...KEYS.calendar, query],
    queryFn: async ({ signal }): Promise<Plan> => {
      const answer = await api.GET('/v1/requests/prod', { params: { query }, signal });
      const tickets = data(answer);
      const total = Number(answer.response.headers.get('X-Total-Count') ?? tickets.length);
      return { tickets, more: total - tickets.length };
    },
    placeholderData: keepPreviousData,
  });
}

/** The times in which nothing is launched, from the first day to the last. */
export function useFreezes(first: Date, last: Date) {
  const query = { from: instant(first), to: instant(plus(last, 1), -1) };
  return useQuery({
    queryKey: [...KEYS.calendar, 'freezes', query],
    queryFn: async ({ signal }): Promise<readonly FreezeTime[]> =>
      data(await api.GET('/v1/calendar/freezes', { params: { query }, signal })),
    placeholderData: keepPreviousData,
    // Files of rules change them, of which no event tells.
    refetchInterval: CLOSED_AGAIN_MS,
  });
}

function instant(date: Date, seconds = 0): string {
  return new Date(date.getTime() + seconds * 1000).toISOString().replace(/\.\d+/, '');
}

export function useFeed() {
  return useQuery({
    queryKey: FEED,
    queryFn: async ({ signal }) => data(await api.GET('/v1/me/calendar', { signal })),
  });
}

/** Make an address, in the place of the one before. */
export function useMakeFeed() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (language: Language) => data(await api.POST('/v1/me/calendar', { body: { language } })),
    onSuccess: ({ since }) => client.setQueryData(FEED, { since }),
  });
}

export function useEndFeed() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await api.DELETE('/v1/me/calendar');
    },
    onSuccess: () => client.setQueryData(FEED, { since: null }),
  });
}
