import { SlidersHorizontal } from 'lucide-react';
import { useState, type RefObject } from 'react';
import { DONE, PERIODS, type Done, type Filters, type Period } from '@/api/filters';
import { TYPES, type Me, type TargetType } from '@/api/types';
import { useSpeech } from '@/i18n';
import { Button } from '@/ui/Button';
import { Choice } from '@/ui/Choice';
import { cx } from '@/ui/classes';
import { inputClass } from '@/ui/Field';
import { SearchBox } from '@/ui/SearchBox';
import { ClearFilters } from './ClearFilters';
import { SavedFilters } from './SavedFilters';
import { StateFilter } from './StateFilter';
import { OrderChoice, ViewChoice } from './ViewAndOrder';

/** The figure whose list it is. */
const FIGURES = {
  'approved-today': 'approvedToday',
  'rejected-today': 'rejectedToday',
  'deployed-week': 'deployedThisWeek',
} as const satisfies Record<Done, string>;

interface RequestFiltersProps {
  filters: Filters;
  me: Me;
  search: RefObject<HTMLInputElement | null>;
  change: (change: Partial<Filters>, replace?: boolean) => void;
}

export function RequestFilters({ filters, me, search, change }: RequestFiltersProps) {
  const { t } = useSpeech();
  const [open, setOpen] = useState(false);
  return (
    <div
      role="search"
      aria-label={t.list.filters}
      className={cx(
        'flex flex-wrap items-center gap-2',
        // A phone has room for the request that is decided on, and for the way back to the rows.
        filters.view === 'split' && 'max-sm:*:not-[fieldset]:hidden',
      )}
    >
      <SearchBox
        key={filters.tab}
        label={t.list.search}
        value={filters.q}
        input={search}
        change={(q) => change({ q }, true)}
      />
      <Button
        className="sm:hidden"
        aria-label={t.list.filters}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <SlidersHorizontal className="size-4" aria-hidden />
      </Button>
      {/* A phone shows the rows first, and these when they are asked for. */}
      <div className={open ? 'contents' : 'contents max-sm:hidden'}>
        {filters.tab !== 'waiting' && (
          <StateFilter states={filters.states} change={(states) => change({ states })} />
        )}
        {me.tenants.length > 1 && (
          <Choice
            label={t.list.tenant}
            any={t.list.anyTenant}
            value={filters.tenant}
            options={me.tenants.map(({ name, displayName }) => [name, displayName])}
            change={(tenant) => change({ tenant })}
          />
        )}
        <Choice
          label={t.list.type}
          any={t.list.anyType}
          value={filters.type}
          options={TYPES.map((each) => [each, t.type[each]])}
          change={(type) => change({ type: type as TargetType | '' })}
        />
        {/* A figure on top leads here; its own list is the only way to it. */}
        {filters.done && (
          <Choice
            label={t.list.done}
            any={t.list.anyDone}
            value={filters.done}
            options={DONE.map((each) => [each, t.list.stats[FIGURES[each]]])}
            change={(done) => change({ done: done as Done | '' })}
          />
        )}
        <PeriodFilter filters={filters} change={change} />
        <OrderChoice filters={filters} change={change} />
        <SavedFilters filters={filters} />
      </div>
      <ViewChoice filters={filters} change={change} />
      {/* Above rows it stands beside their number. */}
      {filters.view === 'split' && <ClearFilters filters={filters} change={change} />}
    </div>
  );
}

function PeriodFilter({ filters, change }: Pick<RequestFiltersProps, 'filters' | 'change'>) {
  const { t } = useSpeech();
  return (
    <>
      <Choice
        label={t.list.period}
        any={t.list.anyPeriod}
        value={filters.period}
        options={([...PERIODS, 'custom'] as const).map((each) => [each, t.list.periods[each]])}
        change={(period) => change({ period: period as Period | 'custom' | '' })}
      />
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
