import { Inbox, Plus, SearchX } from 'lucide-react';
import { isFiltered, NO_FILTERS, type Filters } from '@/api/filters';
import type { Me } from '@/api/types';
import { useSpeech } from '@/i18n';
import { Button, ButtonLink } from '@/ui/Button';
import { Empty } from '@/ui/Empty';

interface NoRequestsProps {
  filters: Filters;
  me: Me;
  change: (change: Partial<Filters>) => void;
}

/** An empty list: what it would hold, and what to do instead. */
export function NoRequests({ filters, me, change }: NoRequestsProps) {
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
