import { Link } from 'react-router';
import { TABS, writeFilters, type Filters, type Tab } from '@/api/filters';
import type { Me } from '@/api/types';
import { useSpeech } from '@/i18n';
import { cx } from '@/ui/classes';

/** The tabs that mean something to this person; each is an address, so links and Back work. */
export function RequestTabs({ filters, me }: { filters: Filters; me: Me }) {
  const { t } = useSpeech();
  const means: Record<Tab, boolean> = { waiting: me.mayApprove, mine: me.creates.length > 0, all: true };
  return (
    <nav aria-label={t.list.tabsLabel} className="-mb-px flex gap-1 overflow-x-auto">
      {TABS.filter((tab) => means[tab] || tab === filters.tab).map((tab) => (
        <Link
          key={tab}
          to={{ search: `?${writeFilters({ ...filters, tab }).toString()}` }}
          aria-current={tab === filters.tab ? 'page' : undefined}
          className={cx(
            'border-b-2 px-3 py-2 font-medium whitespace-nowrap',
            tab === filters.tab
              ? 'border-accent-text text-text'
              : 'border-transparent text-muted hover:border-edge hover:text-text',
          )}
        >
          {t.list.tabs[tab]}
        </Link>
      ))}
    </nav>
  );
}
