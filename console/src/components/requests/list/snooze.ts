import type { Preferences, Snooze } from '@/api/types';

/** The hour of a morning on which something set aside comes back. */
const MORNING = 9;
const HOUR_MS = 3_600_000;

export const SNOOZES = ['hour', 'tomorrow', 'week'] as const;
export type SnoozeFor = (typeof SNOOZES)[number];

/** The end of a snooze that begins now, in the zone of the browser. */
export function snoozeEnd(how: SnoozeFor, now: Date): Date {
  if (how === 'hour') return new Date(now.getTime() + HOUR_MS);
  // Sunday is 0; the next Monday is never today.
  const days = how === 'tomorrow' ? 1 : (8 - now.getDay()) % 7 || 7;
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, MORNING);
}

/** Those that are still set aside. */
export function asleep(snoozed: readonly Snooze[], now: number): readonly Snooze[] {
  return snoozed.filter(({ until }) => Date.parse(until) > now);
}

/** The preferences with a request set aside until then, or taken up again; what is over is left out. */
export function withSnooze(
  was: Preferences,
  ticket: string,
  until: Date | undefined,
  now: number,
): Preferences {
  const others = asleep(was.snoozed, now).filter((each) => each.ticket !== ticket);
  return { ...was, snoozed: until ? [...others, { ticket, until: until.toISOString() }] : [...others] };
}
