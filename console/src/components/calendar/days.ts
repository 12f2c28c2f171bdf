// The days that a calendar shows, in the device's zone; a week begins on Monday, as it does in Europe.

export type View = 'week' | 'month';

/** A day as the address and the server name it: YYYY-MM-DD. */
export function dayOf(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The day that an address names; undefined for what is none. */
export function readDay(text: string | null): Date | undefined {
  if (!text || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const date = new Date(`${text}T00:00`);
  const sane = date.getFullYear() >= 1970 && date.getFullYear() < 9000;
  return sane && dayOf(date) === text ? date : undefined;
}

/** The same day so many days later; calendar arithmetic, whatever the clocks do in between. */
export function plus(date: Date, days: number): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days);
}

function monday(date: Date): Date {
  return plus(date, -((date.getDay() + 6) % 7));
}

export interface Span {
  first: Date;
  last: Date;
  days: readonly Date[];
}

/** The days of the week, or of the whole weeks of the month, that the day is in. */
export function shownDays(view: View, at: Date): Span {
  const first = monday(view === 'week' ? at : new Date(at.getFullYear(), at.getMonth(), 1));
  const end = view === 'week' ? plus(first, 7) : new Date(at.getFullYear(), at.getMonth() + 1, 1);
  const days: Date[] = [];
  for (let day = first; day < end || days.length % 7; day = plus(day, 1)) days.push(day);
  return { first, last: plus(first, days.length - 1), days };
}

/** A day in the week or month after, or before. */
export function moved(view: View, at: Date, steps: number): Date {
  return view === 'week' ? plus(at, 7 * steps) : new Date(at.getFullYear(), at.getMonth() + steps, 1);
}
