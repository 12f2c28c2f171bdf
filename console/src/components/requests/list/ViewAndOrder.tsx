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

/** How the list is ordered, and whether it is decided in rows or one by one. */
export function ViewAndOrder({ filters, change }: ViewAndOrderProps) {
  const words = useDecidingWords();
  const { t } = useSpeech();
  return (
    <>
      <Choice
        label={words.order}
        value={filters.order}
        options={ORDERS.map((each) => [each, words.orders[each]])}
        change={(order) => change({ order: order as Order })}
      />
      {filters.tab === 'waiting' && (
        <Segments
          label={words.views}
          title={`${t.keys.title}: v`}
          value={filters.view}
          options={VIEWS.map((view) => [view, words[view]])}
          change={(view) => change({ view, at: '' })}
        />
      )}
    </>
  );
}
