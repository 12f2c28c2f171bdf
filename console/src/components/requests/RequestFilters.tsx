import { X } from 'lucide-react';
import type { RefObject } from 'react';
import { isFiltered, NO_FILTERS, PERIODS, type Filters, type Period } from '@/api/filters';
import { TYPES, type Me, type TargetType } from '@/api/types';
import { useSpeech } from '@/i18n';
import { Button } from '@/ui/Button';
import { inputClass, Select } from '@/ui/Field';
import { SearchBox } from '@/ui/SearchBox';
import { StateFilter } from './StateFilter';

interface RequestFiltersProps {
  filters: Filters;
  me: Me;
  search: RefObject<HTMLInputElement | null>;
  change: (change: Partial<Filters>, replace?: boolean) => void;
}

export function RequestFilters({ filters, me, search, change }: RequestFiltersProps) {
  const { t } = useSpeech();
  return (
    <div role="search" aria-label={t.list.filters} className="flex flex-wrap items-center gap-2">
      <SearchBox
        key={filters.tab}
        label={t.list.search}
        value={filters.q}
        input={search}
        change={(q) => change({ q }, true)}
      />
      {filters.tab !== 'waiting' && (
        <StateFilter states={filters.states} change={(states) => change({ states })} />
      )}
      {me.tenants.length > 1 && (
        <Select
          className="max-sm:grow"
          aria-label={t.list.tenant}
          value={filters.tenant}
          onChange={(event) => change({ tenant: event.target.value })}
        >
          <option value="">{t.list.anyTenant}</option>
          {me.tenants.map(({ name, displayName }) => (
            <option key={name} value={name}>
              {displayName}
            </option>
          ))}
        </Select>
      )}
      <Select
        className="max-sm:grow"
        aria-label={t.list.type}
        value={filters.type}
        onChange={(event) => change({ type: event.target.value as TargetType | '' })}
      >
        <option value="">{t.list.anyType}</option>
        {TYPES.map((type) => (
          <option key={type} value={type}>
            {t.type[type]}
          </option>
        ))}
      </Select>
      <PeriodFilter filters={filters} change={change} />
      {isFiltered(filters) && (
        <Button tone="ghost" small onClick={() => change(NO_FILTERS)}>
          <X className="size-3.5" aria-hidden />
          {t.list.clearFilters}
        </Button>
      )}
    </div>
  );
}

function PeriodFilter({ filters, change }: Pick<RequestFiltersProps, 'filters' | 'change'>) {
  const { t } = useSpeech();
  return (
    <>
      <Select
        className="max-sm:grow"
        aria-label={t.list.period}
        value={filters.period}
        onChange={(event) => change({ period: event.target.value as Period | 'custom' | '' })}
      >
        <option value="">{t.list.anyPeriod}</option>
        {PERIODS.map((period) => (
          <option key={period} value={period}>
            {t.list.periods[period]}
          </option>
        ))}
        <option value="custom">{t.list.periods.custom}</option>
      </Select>
      {filters.period === 'custom' &&
        (['from', 'to'] as const).map((end) => (
          <label key={end} className="flex items-center gap-1.5 text-muted">
            {t.list[end]}
            <input
              type="date"
              className={`${inputClass} w-auto!`}
              value={filters[end]}
              {...(end === 'from'
                ? filters.to && { max: filters.to }
                : filters.from && { min: filters.from })}
              onChange={(event) => change({ [end]: event.target.value })}
            />
          </label>
        ))}
    </>
  );
}
