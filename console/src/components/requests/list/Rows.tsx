import { lazy, Suspense, useEffect, useState } from 'react';
import { BulkBar } from '@/components/requests/decide/BulkBar';
import { useSelection } from '@/hooks/useSelection';
import { useShortcuts } from '@/hooks/useShortcuts';
import { useRoot } from '@/shell/root';
import { RequestList, type RequestListProps } from './RequestList';

const load = () => import('@/components/requests/decide/RowDecision');
const RowDecision = lazy(() => load().then((module) => ({ default: module.RowDecision })));
/** Loads the dialog as soon as somebody comes near a row. */
const near = () => void load().catch(() => undefined);

interface RowsProps extends Omit<RequestListProps, 'selection' | 'onApprove'> {
  refetch: () => unknown;
}

interface Asked {
  id: string;
  decision: 'approve' | 'reject';
}

/** The list in rows, and what can be decided from them, one or several at once. */
export function Rows({ refetch, ...list }: RowsProps) {
  const { tickets } = list;
  const selection = useSelection(tickets, list.filters.tab === 'waiting', list.me.email);
  const [asked, ask] = useState<Asked>();
  const rows = useRows();
  // Once the dialog is gone, which gives the focus back to the row that was decided.
  const [decided, setDecided] = useState('');
  useEffect(() => {
    if (decided) rows.focusAfter(decided);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each decision
  }, [decided]);
  const askHere = (decision: Asked['decision']) => {
    const id = rows.here();
    const ticket = tickets.find((each) => each.metadata.id === id);
    if (id && selection.offered && ticket?.status.state === 'pending') ask({ id, decision });
  };
  useShortcuts({
    j: () => rows.step(1),
    k: () => rows.step(-1),
    x: () => {
      const id = rows.here();
      if (id) selection.toggle(id);
    },
    a: () => askHere('approve'),
    r: () => askHere('reject'),
  });
  return (
    <>
      <div role="presentation" onPointerEnter={near} onFocus={near}>
        <RequestList
          {...list}
          selection={selection}
          onApprove={({ metadata }) => ask({ id: metadata.id, decision: 'approve' })}
        />
      </div>
      <BulkBar selection={selection} onDecided={refetch} />
      <Suspense fallback={null}>
        {asked && (
          <RowDecision
            key={asked.id}
            {...asked}
            onClose={() => ask(undefined)}
            onDecided={() => setDecided(asked.id)}
          />
        )}
      </Suspense>
    </>
  );
}

/** The rows as the keyboard goes through them; after Back one is where one was. */
function useRows() {
  const root = useRoot();
  const all = () => [...root.querySelectorAll<HTMLElement>('[data-row]')];
  const idOf = (row: Element | null) => row?.closest<HTMLElement>('[data-request]')?.dataset['request'];
  const focus = (row: HTMLElement | undefined) => {
    row?.focus();
    row?.scrollIntoView({ block: 'nearest' });
  };
  useEffect(() => {
    const opened = sessionStorage.getItem('prodgate-opened');
    sessionStorage.removeItem('prodgate-opened');
    if (opened) root.querySelector<HTMLElement>(`[data-request="${opened}"] [data-row]`)?.focus();
  }, [root]);
  return {
    here: () => idOf(root.activeElement),
    step: (by: 1 | -1) => {
      const rows = all();
      const now = rows.findIndex((row) => row === root.activeElement);
      focus(rows[now < 0 ? 0 : Math.min(Math.max(now + by, 0), rows.length - 1)]);
    },
    focusAfter: (id: string) => {
      const rows = all();
      const place = rows.findIndex((row) => idOf(row) === id);
      focus(rows[place + 1] ?? rows[place]);
    },
  };
}
