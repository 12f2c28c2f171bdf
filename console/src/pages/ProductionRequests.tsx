import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useRef } from 'react';
import { useNavigate } from 'react-router';
import { FreshRequests } from '@/components/requests/list/FreshRequests';
import { RequestFilters } from '@/components/requests/list/RequestFilters';
import { RequestStats } from '@/components/requests/list/RequestStats';
import { RequestTabs } from '@/components/requests/list/RequestTabs';
import { ListSkeleton } from '@/components/requests/list/ListSkeleton';
import { Rows } from '@/components/requests/list/Rows';
import { SnoozedLine } from '@/components/requests/list/SnoozedLine';
import { useSnoozed } from '@/components/requests/list/useSnoozed';
import { useSession } from '@/auth/useSession';
import { useDebts } from '@/hooks/useDebts';
import { useFilters } from '@/hooks/useFilters';
import { useFresh } from '@/hooks/useFresh';
import { usePageTitle } from '@/hooks/usePageTitle';
import { KEYS, useRequests } from '@/hooks/useRequests';
import { useShortcuts } from '@/hooks/useShortcuts';
import { useSpeech } from '@/i18n';
import { useCaller } from '@/shell/useCaller';
import { Bone, Skeleton } from '@/ui/Skeleton';

const OpenDebts = lazy(() =>
  import('@/components/requests/list/OpenDebts').then((module) => ({ default: module.OpenDebts })),
);
const Triage = lazy(() => import('@/components/requests/triage/Triage'));

/** The list of requests: whose turn it is, how many there are, and each in a row or one after the other. */
export function ProductionRequests() {
  const { t } = useSpeech();
  const me = useCaller();
  const navigate = useNavigate();
  const { settings } = useSession();
  const [filters, change] = useFilters(me);
  const list = useRequests(filters, settings?.timezone ?? 'UTC');
  const read = list.data?.pages.flatMap((each) => each.items) ?? [];
  const snoozed = useSnoozed(read, filters.tab === 'waiting');
  const tickets = snoozed.shown;
  const search = useRef<HTMLInputElement>(null);
  const client = useQueryClient();
  const refetch = () => client.invalidateQueries({ queryKey: KEYS.lists });
  const fresh = useFresh(filters.tab, me.email, read);
  const split = filters.view === 'split';
  const debts = useDebts(filters.tab === 'waiting' && me.mayApprove);
  usePageTitle(t.list.tabs[filters.tab]);
  useShortcuts({
    '/': () => search.current?.focus(),
    n: () => void (me.creates.length > 0 && navigate('/requests/new')),
    v: () => filters.tab === 'waiting' && change({ view: split ? 'rows' : 'split', at: '' }),
  });
  const shown = { list, tickets, filters, change };

  return (
    <div className="space-y-4">
      <h1 className={split ? 'text-xl font-semibold max-sm:sr-only' : 'text-xl font-semibold'}>
        {t.list.title}
      </h1>
      {!split && <RequestStats me={me} />}
      <div className="border-b border-line">
        <RequestTabs filters={filters} me={me} />
      </div>
      {debts.length > 0 && (
        <Suspense fallback={null}>
          <OpenDebts debts={debts} />
        </Suspense>
      )}
      <RequestFilters filters={filters} me={me} search={search} change={change} />
      <FreshRequests
        count={fresh.count}
        show={() => {
          fresh.clear();
          void refetch();
        }}
      />
      <SnoozedLine count={snoozed.hidden} revealed={snoozed.revealed} reveal={snoozed.reveal} />
      {!snoozed.known && <ListSkeleton />}
      {snoozed.known && split && (
        <Suspense
          fallback={
            <Skeleton>
              <Bone className="h-96 w-full" />
            </Skeleton>
          }
        >
          <Triage {...shown} />
        </Suspense>
      )}
      {snoozed.known && !split && <Rows {...shown} me={me} refetch={refetch} />}
    </div>
  );
}
