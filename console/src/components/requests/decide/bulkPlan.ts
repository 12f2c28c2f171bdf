import type { Impact, Ticket } from '@/api/types';
import type { Compared } from '@/hooks/useComparisons';

/** Impacts that are decided one by one, each on its own page. */
const ALONE: readonly Impact[] = ['high', 'critical'];

export const decidedAlone = (ticket: Ticket) => ALONE.includes(ticket.spec.request.impactAssessment);

type Look = (id: string) => Compared | undefined;

/** Several versions of one target among those to be decided. */
export interface Shared {
  name: string;
  count: number;
  newest: Ticket;
}

export interface Plan {
  /** Oldest request first; of one target the newest version last, so that production ends there. */
  inTurn: readonly Ticket[];
  shared: readonly Shared[];
  /** What "newest only" leaves out. */
  older: ReadonlySet<string>;
}

export function planOf(tickets: readonly Ticket[], look: Look): Plan {
  const oldestFirst = tickets.toSorted(byAge);
  const groups = new Map<string, Ticket[]>();
  for (const ticket of oldestFirst) {
    groups.set(targetOf(ticket), [...(groups.get(targetOf(ticket)) ?? []), ticket]);
  }
  const inTurn: Ticket[] = [];
  const shared: Shared[] = [];
  const older = new Set<string>();
  for (const ticket of oldestFirst) {
    const group = groups.get(targetOf(ticket)) ?? [];
    const newest = newestOf(group, look);
    if (ticket !== newest) inTurn.push(ticket);
    if (ticket === group.at(-1)) inTurn.push(newest);
  }
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    const newest = newestOf(group, look);
    shared.push({ name: newest.spec.target.name, count: group.length, newest });
    group.filter((each) => each !== newest).forEach((each) => older.add(each.metadata.id));
  }
  return { inTurn, shared, older };
}

/** The version in production that each is decided looking at: what one of the same target before it brings, or else what
 * is there now; undefined where that could not be read. */
export function shownOf(inTurn: readonly Ticket[], look: Look): (id: string) => string | undefined {
  const before = new Map<string, string>();
  const shown = new Map<string, string | undefined>();
  for (const ticket of inTurn) {
    const { id } = ticket.metadata;
    const compared = look(id);
    const there = typeof compared === 'object' ? (compared.replaces ?? '') : undefined;
    shown.set(id, before.get(targetOf(ticket)) ?? there);
    before.set(targetOf(ticket), ticket.spec.target.version);
  }
  return (id) => shown.get(id);
}

const byAge = (a: Ticket, b: Ticket) =>
  Date.parse(a.metadata.createdAt) - Date.parse(b.metadata.createdAt) ||
  a.metadata.id.localeCompare(b.metadata.id);

const targetOf = ({ metadata, spec }: Ticket) =>
  [metadata.tenant, spec.target.type, spec.target.name].join('/');

/** The newest version of a group; where it can't be told, the one that was asked for last. */
function newestOf(group: readonly Ticket[], look: Look): Ticket {
  return group.reduce((best, each) => (directionOf(each, best, look) === 'older' ? best : each));
}

/** Which way `ticket` goes, seen from `from`. */
function directionOf(ticket: Ticket, from: Ticket, look: Look) {
  const compared = look(from.metadata.id);
  if (typeof compared !== 'object') return undefined;
  return compared.others.find((other) => other.id === ticket.metadata.id)?.direction;
}
