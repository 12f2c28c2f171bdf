// Wall-clock times in a time zone, as instants, with the browser's own knowledge of the zones.

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** How far a zone's clock is ahead of UTC at an instant, in milliseconds. */
function offset(instant: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((each) => each.type === type)?.value);
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'));
  return wall - Math.floor(instant / MINUTE) * MINUTE;
}

/** An instant as ISO writes it, in UTC. */
type Instant = `${string}Z`;

/** The instant at which a zone's clock shows a local time (2026-03-29T02:30), in ISO with a Z.
 *
 * The earlier one where the clock shows it twice; 'skipped' where the clock is put forward over it; undefined where
 * the local time is not complete. */
export function instantOf(local: string, zone: string): Instant | 'skipped' | undefined {
  const wall = Date.parse(`${local}Z`);
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(local) || Number.isNaN(wall)) return undefined;
  // The clock changes at most once within a day: the offsets before and after are all there are.
  const candidates = [offset(wall - DAY, zone), offset(wall + DAY, zone)].map((ahead) => wall - ahead);
  const fitting = candidates.filter((instant) => instant + offset(instant, zone) === wall);
  if (!fitting.length) return 'skipped';
  return `${new Date(Math.min(...fitting)).toISOString().slice(0, 19)}Z`;
}

export const DEVICE_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The zones to choose from: those that are likely first, then all that the browser knows. */
export function zones(server: string): { likely: readonly string[]; others: readonly string[] } {
  const likely = [...new Set([DEVICE_ZONE, server, 'UTC'])];
  return { likely, others: Intl.supportedValuesOf('timeZone').filter((zone) => !likely.includes(zone)) };
}
