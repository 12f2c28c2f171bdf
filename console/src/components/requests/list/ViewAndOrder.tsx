import { ORDERS, type Filters, type Order } from '@/api/filters';
import { useSpeech } from '@/i18n';
import { useDecidingWords } from '@/i18n/deciding';
import { Choice } from '@/ui/Choice';
import { cx } from '@/ui/classes';

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
        <fieldset className="flex rounded-md border border-edge max-sm:w-full" title={`${t.keys.title}: v`}>
          <legend className="sr-only">{words.views}</legend>
          {VIEWS.map((view) => (
            <button
              key={view}
              type="button"
              aria-pressed={filters.view === view}
              onClick={() => change({ view, at: '' })}
              className={cx(
                'min-h-8.5 px-3 first:rounded-s-md last:rounded-e-md max-sm:grow',
                filters.view === view
                  ? 'bg-accent-soft font-semibold text-accent-text underline underline-offset-4'
                  : 'bg-surface text-muted hover:bg-hover hover:text-text',
              )}
            >
              {words[view]}
            </button>
          ))}
        </fieldset>
      )}
    </>
  );
}
