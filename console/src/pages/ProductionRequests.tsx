import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useNavigate } from 'react-router';
import { BulkBar } from '@/components/requests/decide/BulkBar';
import { FreshRequests } from '@/components/requests/list/FreshRequests';
import { RequestFilters } from '@/components/requests/list/RequestFilters';
import { RequestList } from '@/components/requests/list/RequestList';
import { RequestStats } from '@/components/requests/list/RequestStats';
import { RequestTabs } from '@/components/requests/list/RequestTabs';
import { useSession } from '@/auth/useSession';
import { useFilters } from '@/hooks/useFilters';
import { useFresh } from '@/hooks/useFresh';
import { usePageTitle } from '@/hooks/usePageTitle';
import { KEYS, useRequests } from '@/hooks/useRequests';
import { useSelection } from '@/hooks/useSelection';
import { useShortcuts } from '@/hooks/useShortcuts';
import { useSpeech } from '@/i18n';
import { useRoot } from '@/shell/root';
import { useCaller } from '@/shell/useCaller';

/** The list of requests: whose turn it is, how many there are, and each in a row. */
export function ProductionRequests() {
  const { t } = useSpeech();
  const me = useCaller();
  const { settings } = useSession();
  const [filters, change] = useFilters(me);
  const list = useRequests(filters, settings?.timezone ?? 'UTC');
  const tickets = list.data?.pages.flatMap((each) => each.items) ?? [];
  const selection = useSelection(tickets, filters.tab === 'waiting');
  const search = useRef<HTMLInputElement>(null);
  const client = useQueryClient();
  const refetch = () => client.invalidateQueries({ queryKey: KEYS.lists });
  const fresh = useFresh(filters.tab, me.email, tickets);
  usePageTitle(t.list.tabs[filters.tab]);
  useListKeys(search, me.creates.length > 0, selection.toggle);

  return (
    <div className="space-y-4">
      <h1 className="text-xl font-semibold">{t.list.title}</h1>
      <RequestStats />
      <div className="border-b border-line">
        <RequestTabs filters={filters} me={me} />
      </div>
      <RequestFilters filters={filters} me={me} search={search} change={change} />
      <FreshRequests
        count={fresh.count}
        show={() => {
          fresh.clear();
          void refetch();
        }}
      />
      <RequestList
        list={list}
        tickets={tickets}
        filters={filters}
        me={me}
        selection={selection}
        change={change}
      />
      <BulkBar selection={selection} onDecided={refetch} />
    </div>
  );
}

/** j and k move, x selects, / searches; Enter opens what is focused, since the focus is on a link. */
function useListKeys(
  search: React.RefObject<HTMLInputElement | null>,
  mayCreate: boolean,
  toggle: (id: string) => void,
) {
  const navigate = useNavigate();
  const root = useRoot();
  const rows = () => [...root.querySelectorAll<HTMLElement>('[data-row]')];
  const at = () => rows().indexOf(root.activeElement as HTMLElement);
  const go = (step: 1 | -1) => {
    const all = rows();
    const now = at();
    const row = all[now < 0 ? 0 : Math.min(Math.max(now + step, 0), all.length - 1)];
    row?.focus();
    row?.scrollIntoView({ block: 'nearest' });
  };
  const pick = () => {
    const row = root.activeElement?.closest<HTMLElement>('[data-request]');
    if (row?.dataset['request']) toggle(row.dataset['request']);
  };
  useShortcuts({
    j: () => go(1),
    k: () => go(-1),
    x: pick,
    '/': () => search.current?.focus(),
    n: () => void (mayCreate && navigate('/requests/new')),
  });
  // After Back the row that was opened is where one was.
  useEffect(() => {
    const opened = sessionStorage.getItem('prodgate-opened');
    sessionStorage.removeItem('prodgate-opened');
    if (opened) root.querySelector<HTMLElement>(`[data-request="${opened}"] [data-row]`)?.focus();
  }, [root]);
}
