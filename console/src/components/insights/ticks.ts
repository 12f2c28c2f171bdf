const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Steps by which people count durations. */
const STEPS = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((each) => each * MINUTE),
  ...[1, 2, 4, 6, 12].map((each) => each * HOUR),
  ...[1, 2, 5, 7, 14, 30, 60, 90, 180, 365, 1_000, 3_650].map((each) => each * DAY),
];
const COUNT_STEPS = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1_000, 2_000, 5_000, 10_000, 100_000];
const MOST = 5;

function ticks(highest: number, steps: readonly number[]): number[] {
  const step = steps.find((each) => highest / each <= MOST) ?? highest / MOST;
  const count = Math.max(Math.ceil(highest / step), 1);
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/** The marks of an axis of seconds, from 0 to the first at or above the highest. */
export const ticksOfSeconds = (highest: number) => ticks(highest, STEPS);

/** The same of an axis that counts. */
export const ticksOfCounts = (highest: number) => ticks(highest, COUNT_STEPS);

/** As many of the names as have room below an axis, evenly, the last among them. */
export function sparse<T>(names: readonly T[], width: number, each = 56): T[] {
  const step = Math.ceil(names.length / Math.max(Math.floor(width / each), 1));
  return names.filter((_, index) => (names.length - 1 - index) % step === 0);
}
