import { useEffect, useMemo } from 'react';
import { readFilters, writeFilters, type Filters, type Tab } from '@/api/filters';
import { decides } from '@/api/rights';
import type { Me } from '@/api/types';
import { useAddress } from './useAddress';

const KEPT_AS = 'prodgate-list';

/** The query of the list that this tab showed last, to lead back to it. */
export function lastList(): string {
  const kept = sessionStorage.getItem(KEPT_AS);
  return kept ? `?${kept}` : '';
}

/** The tab that somebody lands on: their work. */
function homeTab(me: Me): Tab {
  if (decides(me)) return 'waiting';
  return me.creates.length ? 'mine' : 'all';
}

/** The filters in the address, and a way to change them there. Typing replaces the entry in the browser's history,
 * everything else adds one, so that Back undoes a click and not a letter. */
export function useFilters(me: Me): [Filters, (change: Partial<Filters>, replace?: boolean) => void] {
  const [search, setSearch] = useAddress();
  const home = homeTab(me);
  const filters = useMemo(() => readFilters(search, home), [search, home]);
  useEffect(() => sessionStorage.setItem(KEPT_AS, search.toString()), [search]);
  return [
    filters,
    (change, replace) => setSearch((now) => writeFilters({ ...readFilters(now, home), ...change }), replace),
  ];
}
