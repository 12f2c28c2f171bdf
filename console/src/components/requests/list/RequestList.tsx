import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { Inbox, Plus, SearchX } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import { isFiltered, NO_FILTERS, type Filters } from '@/api/filters';
import { isPending } from '@/api/lifecycle';
import type { Me, Ticket } from '@/api/types';
import { hasVoted } from '@/api/votes';
import { useClosed } from '@/hooks/useClosed';
import { useComparisons } from '@/hooks/useComparisons';
import { usePeople } from '@/hooks/usePeople';
import type { ListData } from '@/hooks/useRequests';
import type { Selection } from '@/hooks/useSelection';
import { useSpeech } from '@/i18n';
import { Button, ButtonLink } from '@/ui/Button';
import { cx } from '@/ui/classes';
import { Empty } from '@/ui/Empty';
import { NotRead } from '@/ui/NotRead';
import { Bone, Skeleton } from '@/ui/Skeleton';
import { decidedAlone } from '@/components/requests/decide/bulkPlan';
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
  const closed = useClosed(tickets);
  if (list.isPending) return <ListSkeleton />;
  if (list.isError && !list.data) return <NotRead error={list.error} retry={list.refetch} />;
  const total = list.data.pages[0]?.total ?? 0;
  return (
    <section aria-busy={list.isPlaceholderData}>
      <div className="mb-2 flex min-h-6 flex-wrap items-center gap-x-4 gap-y-1 px-1 text-[0.8125rem] text-muted">
        {selection.selectable.length > 1 && <SelectAll selection={selection} />}
        <p role="status" className="whitespace-nowrap">
          {t.list.count(total)}
        </p>
        {selection.offered && tickets.some(decidedAlone) && <p>{t.bulk.aloneHelp}</p>}
      </div>
      {tickets.length === 0 ? (
        <NoRequests filters={filters} me={me} change={change} />
      ) : (
        <ul
          className={cx(
            'overflow-clip rounded-lg border border-line bg-surface transition-opacity',
            list.isPlaceholderData && 'opacity-60',
          )}
        >
          {tickets.map((ticket) => (
            <RequestCard
              key={ticket.metadata.id}
              ticket={ticket}
              tenant={names.get(ticket.metadata.tenant) ?? ticket.metadata.tenant}
              compared={compared(ticket.metadata.id)}
              closed={closed(ticket.metadata.id)}
              choice={choiceOf(ticket, selection, me)}
              nameOf={nameOf}
              onSelect={selection.set}
              onApprove={selection.offered ? onApprove : undefined}
            />
          ))}
        </ul>
      )}
      <More list={list} />
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

/** The next page comes when the end comes near, or when it is asked for. */
function More({ list }: { list: RequestListProps['list'] }) {
  const { t } = useSpeech();
  const end = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isFetchNextPageError } = list;
  useEffect(() => {
    if (!end.current || !hasNextPage || isFetchingNextPage || isFetchNextPageError) return undefined;
    const watch = new IntersectionObserver(([seen]) => seen?.isIntersecting && void fetchNextPage(), {
      rootMargin: '600px',
    });
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  if (!hasNextPage) return null;
  return (
    <div ref={end} className="flex justify-center py-4">
      <Button busy={isFetchingNextPage} onClick={() => fetchNextPage()}>
        {isFetchingNextPage ? t.list.loadingMore : t.list.more}
      </Button>
    </div>
  );
}

function NoRequests({ filters, me, change }: Pick<RequestListProps, 'filters' | 'me' | 'change'>) {
  const { t } = useSpeech();
  const { tab } = filters;
  if (isFiltered(filters)) {
    return (
      <Empty
        icon={SearchX}
        title={t.list.empty.filtered}
        help={t.list.empty.filteredHelp}
        action={<Button onClick={() => change(NO_FILTERS)}>{t.list.clearFilters}</Button>}
      />
    );
  }
  return (
    <Empty
      icon={Inbox}
      title={t.list.empty[tab]}
      help={me.grants.length ? t.list.empty[`${tab}Help`] : t.account.nothing}
      action={
        me.creates.length > 0 && (
          <ButtonLink to="/requests/new">
            <Plus className="size-4" aria-hidden />
            {t.nav.create}
          </ButtonLink>
        )
      }
    />
  );
}

export function ListSkeleton() {
  return (
    <Skeleton className="pt-8">
      <div className="divide-y divide-line rounded-lg border border-line bg-surface">
        {Array.from({ length: 8 }, (_, row) => (
          <div key={row} className="flex items-center gap-4 px-4 py-3.5">
            <Bone className="h-5 w-24 rounded-full" />
            <div className="min-w-0 grow space-y-1.5">
              <Bone className="h-3.5 w-44 max-w-full" />
              <Bone className="h-3 w-72 max-w-full" />
            </div>
            <Bone className="h-3.5 w-20 max-sm:hidden" />
          </div>
        ))}
      </div>
    </Skeleton>
  );
}
