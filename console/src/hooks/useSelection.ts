import { useCallback, useMemo, useState } from 'react';
import type { Ticket } from '@/api/types';

export interface Selection {
  /** Whether rows can be selected here at all. */
  offered: boolean;
  tickets: readonly Ticket[];
  selectable: readonly Ticket[];
  has: (ticket: Ticket) => boolean;
  set: (id: string, on: boolean) => void;
  toggle: (id: string) => void;
  all: (on: boolean) => void;
}

/** Which of the shown requests are selected; one that somebody else decided meanwhile no longer is. */
export function useSelection(shown: readonly Ticket[], offered: boolean): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const selectable = useMemo(
    () => (offered ? shown.filter((ticket) => ticket.status.state === 'pending') : []),
    [shown, offered],
  );
  const tickets = selectable.filter((ticket) => ids.has(ticket.metadata.id));
  const set = useCallback(
    (id: string, on: boolean) =>
      setIds((was) => {
        const next = new Set(was);
        if (on) next.add(id);
        else next.delete(id);
        return next;
      }),
    [],
  );
  return {
    offered,
    tickets,
    selectable,
    has: (ticket) => ticket.status.state === 'pending' && ids.has(ticket.metadata.id),
    set,
    toggle: (id) => offered && set(id, !ids.has(id)),
    all: (on) => setIds(new Set(on ? selectable.map((ticket) => ticket.metadata.id) : [])),
  };
}
