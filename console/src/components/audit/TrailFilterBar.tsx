import { X } from 'lucide-react';
import type { RefObject } from 'react';
import { ACTIONS, isTrailFiltered, OUTCOMES, UNFILTERED, type TrailFilters } from '@/api/trail';
import type { Me } from '@/api/types';
import { useSpeech } from '@/i18n';
import { useAuditWords } from '@/i18n/audit';
import { Button } from '@/ui/Button';
import { Choice } from '@/ui/Choice';
import { inputClass } from '@/ui/Field';
import { SearchBox, TypedFilter } from '@/ui/SearchBox';

interface TrailFilterBarProps {
  filters: TrailFilters;
  me: Me;
  search: RefObject<HTMLInputElement | null>;
  change: (change: Partial<TrailFilters>, replace?: boolean) => void;
}

export function TrailFilterBar({ filters, me, search, change }: TrailFilterBarProps) {
  const { t } = useSpeech();
  const words = useAuditWords();
  return (
    <div role="search" aria-label={words.filters} className="flex flex-wrap items-center gap-2">
      <SearchBox label={words.search} value={filters.q} input={search} change={(q) => change({ q }, true)} />
      <TypedFilter
        label={words.person}
        value={filters.person}
        change={(person) => change({ person }, true)}
        className="w-52! max-sm:grow"
      />
      <TypedFilter
        label={words.ticket}
        value={filters.ticket}
        change={(ticket) => change({ ticket }, true)}
        maxLength={40}
        className="w-40! max-sm:grow"
      />
      <Choice
        label={words.action}
        any={words.anyAction}
        value={filters.action}
        options={ACTIONS.map((each) => [each, words.actions[each]])}
        change={(action) => change({ action: action as TrailFilters['action'] })}
      />
      <Choice
        label={words.outcome}
        any={words.anyOutcome}
        value={filters.outcome}
        options={OUTCOMES.map((each) => [each, words.outcomes[each]])}
        change={(outcome) => change({ outcome: outcome as TrailFilters['outcome'] })}
      />
      {me.tenants.length > 1 && (
        <Choice
          label={t.list.tenant}
          any={t.list.anyTenant}
          value={filters.tenant}
          options={me.tenants.map((each) => [each.name, each.displayName])}
          change={(tenant) => change({ tenant })}
        />
      )}
      {(['from', 'to'] as const).map((end) => (
        <label key={end} className="flex items-center gap-1.5 text-muted max-sm:grow">
          {t.list[end]}
          <input
            type="date"
            className={`${inputClass} w-auto! max-sm:grow`}
            value={filters[end]}
            onChange={(event) => change({ [end]: event.target.value })}
          />
        </label>
      ))}
      {isTrailFiltered(filters) && (
        <Button tone="ghost" small onClick={() => change(UNFILTERED)}>
          <X className="size-3.5" aria-hidden />
          {t.list.clearFilters}
        </Button>
      )}
    </div>
  );
}
