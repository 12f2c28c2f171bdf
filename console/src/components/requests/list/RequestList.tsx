import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Filters } from '@/api/filters';
import { isPending } from '@/api/lifecycle';
import type { Me, Ticket } from '@/api/types';
import { hasVoted } from '@/api/votes';
import { useComparisons } from '@/hooks/useComparisons';
import { usePeople } from '@/hooks/usePeople';
import { useRuled } from '@/hooks/useRuled';
import type { ListData } from '@/hooks/useRequests';
import type { Selection } from '@/hooks/useSelection';
import { useSteady } from '@/hooks/useSteady';
import { useSpeech } from '@/i18n';
import { cx } from '@/ui/classes';
import { NotRead } from '@/ui/NotRead';
import { decidedAlone } from '@/components/requests/decide/bulkPlan';
import { ClearFilters } from './ClearFilters';
import { ListSkeleton } from './ListSkeleton';
import { MoreRequests } from './MoreRequests';
import { NoRequests } from './NoRequests';
import { RequestCard, type Choice } from './RequestCard';

export interface RequestListProps {
  list: UseInfiniteQueryResult<ListData>;
  tickets: readonly Ticket[];
  filters: Filters;
  me: Me;
  selection: Selection;
  change: (change: Partial<Filters>) => void;
  onApprove: (ticket: Ticket) => void;
}

export function RequestList({ list, tickets, filters, me, selection, change, onApprove }: RequestListProps) {
  const { t } = useSpeech();
  const nameOf = usePeople();
  const names = useMemo(() => new Map(me.tenants.map((each) => [each.name, each.displayName])), [me.tenants]);
  const compared = useComparisons(tickets);
  const ruled = useRuled(tickets);
  // Another list is other rows, even where some requests are on both: none moves to its new place.
  const which = JSON.stringify(filters);
  const read = useMemo(() => ({ tickets, which }), [tickets, which]);
  const known = !ruled.asking && tickets.every(({ metadata: { id } }) => compared(id) !== 'loading');
  // Rows grow with what is said about them, so they come with it.
  const rows = useSteady(read, known && !list.isPending && !list.isPlaceholderData);
  if (list.isError && !list.data) return <NotRead error={list.error} retry={list.refetch} />;
  if (list.isPending || !rows) return <ListSkeleton />;
  const total = list.data.pages[0]?.total ?? 0;
  return (
    <section aria-busy={list.isPlaceholderData}>
      <div className="mb-2 flex min-h-6 flex-wrap items-center gap-x-4 gap-y-1 px-1 text-[0.8125rem] text-muted">
        {selection.selectable.length > 1 && <SelectAll selection={selection} />}
        <p role="status" className="whitespace-nowrap">
          {t.list.count(total)}
        </p>
        <ClearFilters filters={filters} change={change} />
        {selection.offered && tickets.some(decidedAlone) && <p>{t.bulk.aloneHelp}</p>}
      </div>
      {rows.tickets.length === 0 ? (
        <NoRequests filters={filters} me={me} change={change} />
      ) : (
        <ul
          key={rows.which}
          className={cx(
            'overflow-clip rounded-lg border border-line bg-surface transition-opacity',
            (list.isPlaceholderData || rows !== read) && 'opacity-60',
          )}
        >
          {rows.tickets.map((ticket) => (
            <RequestCard
              key={ticket.metadata.id}
              ticket={ticket}
              tenant={names.get(ticket.metadata.tenant) ?? ticket.metadata.tenant}
              compared={compared(ticket.metadata.id)}
              ruled={ruled.of(ticket.metadata.id)}
              choice={choiceOf(ticket, selection, me)}
              voted={hasVoted(ticket, me.email)}
              nameOf={nameOf}
              onSelect={selection.set}
              onApprove={selection.offered ? onApprove : undefined}
            />
          ))}
        </ul>
      )}
      <MoreRequests list={list} />
    </section>
  );
}

/** Undefined where nothing can be selected. */
function choiceOf(ticket: Ticket, selection: Selection, me: Me): Choice | undefined {
  if (!selection.offered) return undefined;
  if (isPending(ticket)) {
    if (hasVoted(ticket, me.email)) return 'voted';
    if (decidedAlone(ticket)) return 'alone';
    return selection.has(ticket) ? 'selected' : 'free';
  }
  const last = ticket.status.history.findLast((entry) => entry.by !== 'system');
  return last?.by === me.email ? 'decided-by-you' : 'decided';
}

function SelectAll({ selection }: { selection: Selection }) {
  const { t } = useSpeech();
  const { tickets, selectable } = selection;
  const every = tickets.length === selectable.length;
  return (
    <label className="flex items-center gap-3 ps-2 sm:ps-3">
      <input
        type="checkbox"
        className="size-4 accent-accent"
        checked={every}
        ref={(box) => {
          if (box) box.indeterminate = tickets.length > 0 && !every;
        }}
        onChange={() => selection.all(!every)}
      />
      {t.list.selectAll}
    </label>
  );
}
