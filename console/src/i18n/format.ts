// Dates, times and numbers in the reader's language, with the browser's own Intl.

export type Language = 'en' | 'fr';

/** English as Europe writes its dates: 23 Dec 2024, 10:30. */
export const LOCALES: Record<Language, string> = { en: 'en-GB', fr: 'fr-FR' };

/** Within so long a weekday alone says which day is meant. */
const WEEKDAY_ALONE_MS = 6 * 86_400_000;
const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };
const DAY: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short' };

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** A moment names its zone: an approver, a requester and AWX may each be in another one. */
const MINUTE: Intl.DateTimeFormatOptions = {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
};

export function formatter(language: Language) {
  const locale = LOCALES[language];
  const dateTime = new Intl.DateTimeFormat(locale, MINUTE);
  const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long' });
  const now = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  // Always in numbers: 'yesterday' would be wrong for much of what is 24 to 48 hours ago.
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'always' });
  const span = new Intl.DateTimeFormat(locale, { ...MINUTE, second: '2-digit' });
  const number = new Intl.NumberFormat(locale);

  const ago = (iso: string, at: number) => {
    const seconds = (Date.parse(iso) - at) / 1000;
    const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1];
    return unit === 'second' ? now.format(0, 'second') : relative.format(Math.trunc(seconds / size), unit);
  };

  return {
    /** 23 Dec 2024, 10:30 CET, in the device's zone. */
    dateTime: (iso: string) => dateTime.format(new Date(iso)),
    /** The same with weekday and seconds, for who looks closer. */
    exact: (iso: string) => exact.format(new Date(iso)),
    /** From one moment to another, to the second: 23 Dec 2024, 10:30:00 – 10:30:12 CET. */
    range: (from: string, to: string) => span.formatRange(new Date(from), new Date(to)),
    /** The same moment as it is called in another zone. */
    inZone: (iso: string, timeZone: string) =>
      new Intl.DateTimeFormat(locale, { ...MINUTE, timeZone }).format(new Date(iso)),
    /** Mon 23 Dec, 10:30 CET: a time that comes within the year, in the device's zone, as all below. */
    coming: (iso: string) =>
      new Intl.DateTimeFormat(locale, { weekday: 'short', ...DAY, ...CLOCK, timeZoneName: 'short' }).format(
        new Date(iso),
      ),
    /** The same where there is little room: Mon, 10:30 CET, and 23 Dec, 10:30 CET where it is a week away. */
    comingShort: (iso: string, at: number) =>
      new Intl.DateTimeFormat(locale, {
        ...(Date.parse(iso) - at < WEEKDAY_ALONE_MS ? { weekday: 'short' } : DAY),
        ...CLOCK,
        timeZoneName: 'short',
      }).format(new Date(iso)),
    /** 10:30. */
    time: (at: Date) => new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(at),
    /** Mon 23 Dec. */
    day: (at: Date) =>
      new Intl.DateTimeFormat(locale, { weekday: 'short', day: 'numeric', month: 'short' }).format(at),
    /** December 2024. */
    month: (at: Date) => new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric' }).format(at),
    /** 23–29 Dec 2024. */
    days: (first: Date, last: Date) =>
      new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).formatRange(first, last),
    /** 3 hours ago, in 2 days. */
    relative: ago,
    /** A number; a dash where there is none to be had. */
    count: (value: number | undefined) => (value === undefined ? '–' : number.format(value)),
  };
}

export type Formatter = ReturnType<typeof formatter>;
