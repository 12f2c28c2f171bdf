import { useQueryClient } from '@tanstack/react-query';
import { createContext, use, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { follow, type LiveStatus } from '@/api/live';
import type { Ticket, TicketEvent } from '@/api/types';
import { KEYS, withTicket, type ListData } from './useRequests';

interface Live {
  status: LiveStatus;
  /** Requests created since a list was last opened, and by whom: shown when asked for, so that no row jumps. */
  fresh: ReadonlyMap<string, string>;
  clearFresh: () => void;
  /** Call the listener with each change; the returned function ends it. */
  onChange: (listener: (event: TicketEvent) => void) => () => void;
}

const LiveContext = createContext<Live | undefined>(undefined);

/** Bursts of changes ask for statistics, the calendar, and what replaces what, once. */
const SETTLE_MS = 1_000;
const NONE: ReadonlyMap<string, string> = new Map();

export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [status, setStatus] = useState<LiveStatus>('connecting');
  const [fresh, setFresh] = useState(NONE);
  const listeners = useRef(new Set<(event: TicketEvent) => void>());

  useEffect(() => {
    let settling: number | undefined;
    const settle = () => {
      settling ??= window.setTimeout(() => {
        settling = undefined;
        void client.invalidateQueries({ queryKey: KEYS.stats });
        void client.invalidateQueries({ queryKey: KEYS.comparisons });
        void client.invalidateQueries({ queryKey: KEYS.calendar });
        void client.invalidateQueries({ queryKey: KEYS.debts });
      }, SETTLE_MS);
    };
    const stop = follow({
      status: setStatus,
      missed: () => void client.invalidateQueries(),
      changed: (event) => {
        client.setQueriesData<ListData>({ queryKey: KEYS.lists }, (was) => was && after(was, event));
        void client.invalidateQueries({ queryKey: KEYS.lists, refetchType: 'none' });
        void client.invalidateQueries({ queryKey: KEYS.ticket(event.id) });
        if (event.action === 'created') setFresh((was) => new Map(was).set(event.id, event.by));
        listeners.current.forEach((listener) => listener(event));
        settle();
      },
    });
    return () => {
      stop();
      window.clearTimeout(settling);
    };
  }, [client]);

  const clearFresh = useCallback(() => setFresh(NONE), []);
  const onChange = useCallback((listener: (event: TicketEvent) => void) => {
    listeners.current.add(listener);
    return () => listeners.current.delete(listener);
  }, []);
  const live = useMemo(
    () => ({ status, fresh, clearFresh, onChange }),
    [status, fresh, clearFresh, onChange],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}

export function useLive(): Live {
  const live = use(LiveContext);
  if (!live) throw new Error('useLive outside of LiveProvider');
  return live;
}

/** The list with the row of the changed ticket brought up to date, in its place. */
function after(list: ListData, event: TicketEvent): ListData {
  const row = list.pages.flatMap((each) => each.items).find((item) => item.metadata.id === event.id);
  return row ? withTicket(list, changed(row, event)) : list;
}

function changed(ticket: Ticket, { state, action, at, by }: TicketEvent): Ticket {
  const known = ticket.status.history.some((entry) => entry.action === action && entry.at === at);
  const history = known ? ticket.status.history : [...ticket.status.history, { action, at, by }];
  return { ...ticket, status: { ...ticket.status, state, history } };
}
