import { useCallback, useMemo, useState } from 'react';
import type { Ticket } from '@/api/types';
import { waitsFor } from '@/api/votes';
import { decidedAlone } from '@/components/requests/decide/bulkPlan';

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

/** Which of the shown requests are selected; never one that is to be decided alone, and one that was decided, or voted
 * for by the reader of this address, no longer is. */
export function useSelection(shown: readonly Ticket[], offered: boolean, email: string): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const choosable = useCallback(
    (ticket: Ticket) => waitsFor(ticket, email) && !decidedAlone(ticket),
    [email],
  );
  const selectable = useMemo(() => (offered ? shown.filter(choosable) : []), [shown, offered, choosable]);
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
    has: (ticket) => choosable(ticket) && ids.has(ticket.metadata.id),
    set,
    toggle: (id) => offered && set(id, !ids.has(id)),
    all: (on) => setIds(new Set(on ? selectable.map((ticket) => ticket.metadata.id) : [])),
  };
}
