import { useEffect } from 'react';
import type { Tab } from '@/api/filters';
import type { Ticket } from '@/api/types';
import { useLive } from './useLive';

/** How many requests came in that this list does not show yet. */
export function useFresh(tab: Tab, email: string, shown: readonly Ticket[]) {
  const { fresh, clearFresh } = useLive();
  const here = new Set(shown.map((ticket) => ticket.metadata.id));
  const wanted = {
    waiting: (by: string) => by !== email,
    mine: (by: string) => by === email,
    all: () => true,
  }[tab];
  const count = [...fresh].filter(([id, by]) => !here.has(id) && wanted(by)).length;
  // A list that is opened is read anew, and holds them.
  useEffect(clearFresh, [clearFresh]);
  return { count, clear: clearFresh };
}
