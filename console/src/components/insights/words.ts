// The words of this page alone: they come with it, and not with the first script.
import { useSpeech } from '@/i18n';
import { plural } from '@/i18n/plural';
import { formatter, LOCALES, type Language } from '@/i18n/format';
import { fr } from './words.fr';

const n = plural('en');

const en = {
  title: 'Insights',
  period: (from: string, to: string) => `Weeks of ${from} to ${to}`,
  scope: 'Of the requests that you may see, from the record alone.',
  filters: 'Filter figures',
  weeks: (count: number) => (count === 53 ? 'Last year' : `Last ${count} weeks`),
  periodLabel: 'Period',
  by: 'Split by',
  splits: { week: 'By week', tenant: 'By tenant', target: 'By target', impact: 'By impact' },
  columns: { week: 'Week of', tenant: 'Tenant', target: 'Target', impact: 'Impact' },
  tenant: 'Tenant',
  anyTenant: 'All tenants',
  impact: 'Impact',
  anyImpact: 'Any impact',
  target: 'Target',
  targetHint: 'Name of a target',
  clear: 'Clear filters',
  pictures: {
    'approval-wait': {
      title: 'Approval wait',
      help: 'From the creation of a request to the approval that stands.',
    },
    queue: {
      title: 'Queue',
      help: 'From the moment a request may deploy (approved, its date come, released) to its launch.',
    },
    deployment: { title: 'Deployment', help: 'From launch to the end, whether it succeeded or failed.' },
    'time-to-restore': {
      title: 'Time to restore',
      help: 'From a failed deployment to the next one of the same target that succeeded.',
    },
    deployments: {
      title: 'Deployments',
      help: 'Every attempt that ended. The failure rate is the failed part of them.',
    },
    waiting: {
      title: 'Waiting for a decision now',
      help: 'Pending requests by how long ago they were created.',
    },
    teams: {
      title: 'Who is asked',
      help: 'Decisions of teams, from five people on. Figures of one person are shown to that person alone.',
    },
  },
  p50: 'Half took at most',
  p90: 'Nine of ten at most',
  count: 'Number',
  deployed: 'Succeeded',
  failed: 'Failed',
  rate: 'Failure rate',
  requests: 'Requests',
  age: 'Age',
  none: 'None in this period.',
  durations: (count: number, p50: string, p90: string) =>
    `${n(count, 'measured', 'measured')}: half took at most ${p50}, nine of ten at most ${p90}.`,
  longest: (name: string, p50: string) => `Slowest: ${name}, half took at most ${p50}.`,
  trend: (name: string, p50: string) => `In the week of ${name}, half took at most ${p50}.`,
  deployments: (count: number, failed: number, rate: string) =>
    `${n(count, 'deployment', 'deployments')} ended, ${failed} failed (${rate}).`,
  perWeek: (count: string) => `${count} a week`,
  inWeeks: (count: number, weeks: number) => `${count} in ${n(weeks, 'week', 'weeks')}`,
  waiting: (count: number) => `${n(count, 'request waits', 'requests wait')}.`,
  ageFrom: (from: string) => `${from} and more`,
  ageBelow: (below: string) => `under ${below}`,
  ageBetween: (from: string, below: string) => `${from} to ${below}`,
  yours: (waiting: number, decided: string) =>
    `${n(waiting, 'request waits', 'requests wait')} for you; you decided ${decided} in this period.`,
  median: 'median',
  teamWaiting: 'Waiting',
  teamDecided: 'Decided',
  people: 'People',
  noTeams: 'No team of five or more in what you may see.',
  table: 'Table',
  chart: 'Chart',
  asTable: (title: string) => `${title} as a table`,
  csv: 'CSV',
  csvOf: (title: string) => `Download ${title} as CSV`,
  more: (count: number) => `${n(count, 'more is', 'more are')} not shown; narrow by filters.`,
  firstOf: (shown: number, all: number) => `The first ${shown} of ${all}; the table has all.`,
  empty: 'No figures in this period',
  emptyHelp: 'Nothing was approved or deployed of what you may see. Try a longer period, or fewer filters.',
};

export type Words = typeof en;

const WORDS: Record<Language, Words> = { en, fr };

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

function numbers(language: Language) {
  const locale = LOCALES[language];
  const unit = (name: string) => {
    const format = new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'narrow' });
    return (value: number) => format.format(value);
  };
  const say = { day: unit('day'), hour: unit('hour'), minute: unit('minute'), second: unit('second') };
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const decimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
  return {
    /** The two largest units: 2h 5m. A dash where nothing was measured. */
    duration: (seconds: number | null | undefined) => {
      if (seconds === null || seconds === undefined) return '–';
      const at = Math.max(
        UNITS.findIndex(([, size]) => seconds >= size),
        0,
      );
      const [name, size] = seconds < 1 ? UNITS[3] : (UNITS[at] ?? UNITS[3]);
      const first = say[name](Math.floor(seconds / size));
      const [next, part] = UNITS[at + 1] ?? [undefined, 1];
      const rest = next && Math.floor((seconds % size) / part);
      return rest ? `${first} ${say[next](rest)}` : first;
    },
    percent: (part: number | null | undefined) =>
      part === null || part === undefined ? '–' : percent.format(part),
    decimal: (value: number) => decimal.format(value),
    /** The Monday of a week: 23 Nov. */
    week: (week: string) => day.format(mondayOf(week)),
    monday: (week: string) => date.format(mondayOf(week)),
  };
}

/** The first day of a week of ISO 8601: the 4th of January lies in the first. */
export function mondayOf(week: string): Date {
  const [year = 1970, number = 1] = week.split('-W').map(Number);
  const fourth = new Date(Date.UTC(year, 0, 4));
  const monday = fourth.getUTCDate() - ((fourth.getUTCDay() + 6) % 7) + 7 * (number - 1);
  return new Date(Date.UTC(year, 0, monday));
}

export type Told = Words & {
  say: ReturnType<typeof numbers>;
  number: (value: number | undefined) => string;
  /** How often something came in so many weeks: a week, or the count where it was less than that. */
  often: (count: number, weeks: number) => string;
};

/** The page's words and numbers in the reader's language. */
export function useWords(): Told {
  const { language } = useSpeech();
  return told(language);
}

const KNOWN = new Map<Language, Told>();

export function told(language: Language): Told {
  const [words, say] = [WORDS[language], numbers(language)];
  const known = KNOWN.get(language) ?? {
    ...words,
    say,
    number: formatter(language).count,
    often: (count, weeks) =>
      count < weeks ? words.inWeeks(count, weeks) : words.perWeek(say.decimal(count / weeks)),
  };
  KNOWN.set(language, known);
  return known;
}
