import { X } from 'lucide-react';
import { isFiltered, NO_FILTERS, type Filters } from '@/api/filters';
import { useSpeech } from '@/i18n';

interface ClearFiltersProps {
  filters: Filters;
  change: (change: Partial<Filters>) => void;
}

/** Takes the filters away, where there are any; no higher than a line of text, so that nothing moves when it comes. */
export function ClearFilters({ filters, change }: ClearFiltersProps) {
  const { t } = useSpeech();
  if (!isFiltered(filters)) return null;
  return (
    <button
      type="button"
      className="inline-flex min-h-6 items-center gap-1.5 rounded px-1.5 text-[0.8125rem] font-medium whitespace-nowrap text-muted hover:bg-hover hover:text-text"
      onClick={() => change(NO_FILTERS)}
    >
      <X className="size-3.5" aria-hidden />
      {t.list.clearFilters}
    </button>
  );
}
