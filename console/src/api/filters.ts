// Which list is shown: all of it is in the address, so that a link shows somebody else the same.
import { STATES, TYPES, type State, type TargetType } from './types';

export const TABS = ['waiting', 'mine', 'all'] as const;
export type Tab = (typeof TABS)[number];

export const PERIODS = ['today', 'week', 'month'] as const;
export type Period = (typeof PERIODS)[number];

/** The orders that a list is offered in; the first is how it comes by itself. */
export const ORDERS = ['-createdAt', 'createdAt', '-impact', 'due', 'scheduledDate', '-updatedAt'] as const;
export type Order = (typeof ORDERS)[number];

/** What a list can be of besides states: what was done in a time, whatever came of it, as the figures on top count it. */
export const DONE = ['approved-today', 'rejected-today', 'deployed-week'] as const;
export type Done = (typeof DONE)[number];

export interface Filters {
  tab: Tab;
  /** Rows, or one request beside them to decide one after the other. */
  view: 'rows' | 'split';
  order: Order;
  /** The request that the split view shows; empty for the first that waits. */
  at: string;
  states: readonly State[];
  tenant: string;
  type: TargetType | '';
  period: Period | 'custom' | '';
  done: Done | '';
  /** Days, YYYY-MM-DD, of a custom period. */
  from: string;
  to: string;
  q: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The filters that an address holds; whatever is misspelled in it counts as not there. */
export function readFilters(search: URLSearchParams, home: Tab): Filters {
  const day = (name: string) => (DAY.test(search.get(name) ?? '') ? (search.get(name) ?? '') : '');
  const [from, to] = [day('from'), day('to')];
  const period = PERIODS.find((each) => each === search.get('period')) ?? '';
  const tab = TABS.find((each) => each === search.get('tab')) ?? home;
  const split = tab === 'waiting' && search.get('view') === 'split';
  return {
    tab,
    view: split ? 'split' : 'rows',
    order: ORDERS.find((each) => each === search.get('sort')) ?? ORDERS[0],
    at: split ? (search.get('at') ?? '') : '',
    // What waits for somebody is pending.
    states: tab === 'waiting' ? [] : STATES.filter((each) => search.getAll('state').includes(each)),
    tenant: search.get('tenant') ?? '',
    type: TYPES.find((each) => each === search.get('type')) ?? '',
    period: from || to || search.get('period') === 'custom' ? 'custom' : period,
    done: tab === 'waiting' ? '' : (DONE.find((each) => each === search.get('done')) ?? ''),
    from,
    to,
    q: search.get('q') ?? '',
  };
}

/** The address that holds these filters; what filters nothing is left out. */
export function writeFilters(filters: Filters): URLSearchParams {
  const search = new URLSearchParams({ tab: filters.tab });
  filters.states.forEach((state) => search.append('state', state));
  const custom = filters.period === 'custom';
  const { tenant, type, period, done, q } = filters;
  const view = filters.tab === 'waiting' && filters.view === 'split' ? 'split' : '';
  const sort = filters.order === ORDERS[0] ? '' : filters.order;
  const at = view && filters.at;
  const rest = {
    view,
    sort,
    at,
    tenant,
    type,
    period,
    done: filters.tab === 'waiting' ? '' : done,
    from: custom ? filters.from : '',
    to: custom ? filters.to : '',
    q,
  };
  Object.entries(rest).forEach(([key, value]) => value && search.set(key, value));
  return search;
}

export function isFiltered({ states, tenant, type, period, done, q }: Filters): boolean {
  return states.length > 0 || [tenant, type, period, done, q].some(Boolean);
}

const DAYS_BACK: Record<Period, number> = { today: 0, week: 6, month: 29 };

/** The first and last day of the period, in the zone that the server counts days in. */
export function days({ period, from, to }: Filters, zone: string, now: Date): { from?: string; to?: string } {
  if (period === '') return {};
  if (period === 'custom') return { ...(from && { from }), ...(to && { to }) };
  const first = today(zone, now);
  first.setUTCDate(first.getUTCDate() - DAYS_BACK[period]);
  return { from: dayOf(first) };
}

/** Midnight of the day that it is in the zone, as if it were UTC's. */
function today(zone: string, now: Date): Date {
  // Sweden writes dates as ISO does.
  return new Date(`${new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(now)}T00:00:00Z`);
}

const dayOf = (date: Date) => date.toISOString().slice(0, 10);

/** The first day of what was done, as the server's filter names it; a week begins on Monday. */
export function doneFrom({ done }: Filters, zone: string, now: Date): Record<string, string> {
  const day = today(zone, now);
  if (done === 'deployed-week') {
    day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
    return { deployedFrom: dayOf(day) };
  }
  return done ? { [done === 'approved-today' ? 'approvedFrom' : 'rejectedFrom']: dayOf(day) } : {};
}

/** What takes every filter away. */
export const NO_FILTERS = {
  states: [],
  tenant: '',
  type: '',
  period: '',
  done: '',
  from: '',
  to: '',
  q: '',
} as const;

/** A list in rows, unfiltered, newest first. */
export const ROWS = { ...NO_FILTERS, view: 'rows', at: '', order: ORDERS[0] } as const;
