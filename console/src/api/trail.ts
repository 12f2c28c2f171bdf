// Which entries of the audit trail are shown: all of it is in the address, so that a link shows somebody else the same.
import type { AuditAction, AuditOutcome } from './types';

export const ACTIONS = [
  'sign-in',
  'logout',
  'create',
  'approve',
  'reject',
  'cancel',
  'retry',
  'hold',
  'release',
  'repair',
  'decode',
  'read',
  'call',
  'download',
  'export',
  'report',
  'link',
  'template',
  'purge',
  'change-keys',
  'change-roles',
  'change-rules',
  'change-catalogue',
  'change-templates',
] as const satisfies readonly AuditAction[];
export const OUTCOMES = ['done', 'refused', 'failed'] as const satisfies readonly AuditOutcome[];

export interface TrailFilters {
  q: string;
  person: string;
  action: AuditAction | '';
  outcome: AuditOutcome | '';
  tenant: string;
  ticket: string;
  /** Days, YYYY-MM-DD. */
  from: string;
  to: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The filters that an address holds; whatever is misspelled in it counts as not there. */
export function readTrailFilters(search: URLSearchParams): TrailFilters {
  const text = (name: string) => search.get(name) ?? '';
  const day = (name: string) => (DAY.test(text(name)) ? text(name) : '');
  return {
    q: text('q'),
    person: text('person'),
    action: ACTIONS.find((each) => each === text('action')) ?? '',
    outcome: OUTCOMES.find((each) => each === text('outcome')) ?? '',
    tenant: text('tenant'),
    ticket: text('ticket'),
    from: day('from'),
    to: day('to'),
  };
}

/** The whole trail. */
export const UNFILTERED = readTrailFilters(new URLSearchParams());

/** The address that holds these filters; what filters nothing is left out. */
export function writeTrailFilters(filters: TrailFilters): URLSearchParams {
  return new URLSearchParams(Object.entries(filters).filter(([, value]) => value !== ''));
}

export function isTrailFiltered(filters: TrailFilters): boolean {
  return Object.values(filters).some(Boolean);
}

/** The filters as the server takes them. */
export function trailQuery({ action, outcome, ...texts }: TrailFilters) {
  const given = Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== ''));
  return { ...given, ...(action && { action: [action] }), ...(outcome && { outcome: [outcome] }) };
}

/** A view somebody gave a name: the query of its address. Kept in this browser alone. */
export interface SavedView {
  name: string;
  query: string;
}

const KEPT_AS = 'prodgate-audit-views';
const MOST_VIEWS = 30;

export function savedViews(): readonly SavedView[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT_AS) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isView).slice(0, MOST_VIEWS) : [];
  } catch {
    return []; // somebody else wrote there: a view is easily saved again
  }
}

export function keepViews(views: readonly SavedView[]): void {
  localStorage.setItem(KEPT_AS, JSON.stringify(views.slice(0, MOST_VIEWS)));
}

function isView(value: unknown): value is SavedView {
  const view = value as Partial<SavedView> | null;
  return typeof view?.name === 'string' && typeof view.query === 'string';
}
