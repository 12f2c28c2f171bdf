import { Link } from 'react-router';
import { TABS, writeFilters, type Filters, type Tab } from '@/api/filters';
import { decides } from '@/api/rights';
import type { Me } from '@/api/types';
import { useWaitingCount } from '@/hooks/useRequests';
import { useSpeech } from '@/i18n';
import { cx } from '@/ui/classes';

/** The tabs that mean something to this person; each is an address, so links and Back work. */
export function RequestTabs({ filters, me }: { filters: Filters; me: Me }) {
  const { t, format } = useSpeech();
  const waiting = useWaitingCount(me);
  const votes = decides(me);
  const means: Record<Tab, boolean> = { waiting: votes, mine: me.creates.length > 0, all: true };
  return (
    <nav aria-label={t.list.tabsLabel} className="-mb-px flex gap-1 overflow-x-auto">
      {TABS.filter((tab) => means[tab] || tab === filters.tab).map((tab) => (
        <Link
          key={tab}
          to={{ search: `?${writeFilters({ ...filters, tab, at: '' }).toString()}` }}
          aria-current={tab === filters.tab ? 'page' : undefined}
          className={cx(
            'border-b-2 px-3 py-2 font-medium whitespace-nowrap focus-visible:-outline-offset-2 max-sm:px-2.5',
            tab === filters.tab
              ? 'border-accent-text text-text'
              : 'border-transparent forced-colors:border-page text-muted hover:border-edge hover:text-text',
          )}
        >
          {t.list.tabs[tab]}
          {tab === 'waiting' && votes && (
            // Three digits have room before they are known, so that nothing moves when they are.
            <span
              className={cx(
                'ms-1.5 inline-block min-w-8 rounded-full bg-accent-soft px-1 py-0.5 text-xs text-center text-accent-text tabular-nums',
                waiting === undefined && 'invisible',
              )}
            >
              {format.count(waiting ?? 0)}
            </span>
          )}
        </Link>
      ))}
    </nav>
  );
}
