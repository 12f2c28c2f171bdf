import { ORDERS, type Filters, type Order } from '@/api/filters';
import { useSpeech } from '@/i18n';
import { useDecidingWords } from '@/i18n/deciding';
import { Choice } from '@/ui/Choice';
import { Segments } from '@/ui/Segments';

interface ViewAndOrderProps {
  filters: Filters;
  change: (change: Partial<Filters>) => void;
}

const VIEWS = ['rows', 'split'] as const;

/** How the list is ordered. */
export function OrderChoice({ filters, change }: ViewAndOrderProps) {
  const words = useDecidingWords();
  return (
    <Choice
      label={words.order}
      value={filters.order}
      options={ORDERS.map((each) => [each, words.orders[each]])}
      change={(order) => change({ order: order as Order })}
    />
  );
}

/** Whether what waits is decided in rows or one by one. */
export function ViewChoice({ filters, change }: ViewAndOrderProps) {
  const words = useDecidingWords();
  const { t } = useSpeech();
  if (filters.tab !== 'waiting') return null;
  return (
    <Segments
      label={words.views}
      title={`${t.keys.title}: v`}
      value={filters.view}
      options={VIEWS.map((view) => [view, words[view]])}
      change={(view) => change({ view, at: '' })}
    />
  );
}
