import type { Question } from '@/api/insights';
import type { Duration, Figures, Insights } from '@/api/types';
import { FiguresTable, Picture } from './Picture';
import { MOST_ROWS, NotAll, useParts, type Named } from './parts';
import { Rows } from './Rows';
import { LinesLegend, WeekLines } from './WeekLines';
import { useWords, type Told } from './words';

const FIELDS = {
  'approval-wait': 'approvalWait',
  queue: 'queue',
  deployment: 'deployment',
  'time-to-restore': 'timeToRestore',
} as const satisfies Record<string, keyof Figures>;

interface DurationPictureProps {
  name: keyof typeof FIELDS;
  told: Insights;
  question: Question;
}

/** How long something takes: over weeks as lines, over names as bars. */
export function DurationPicture({ name, told, question }: DurationPictureProps) {
  const w = useWords();
  const field = FIELDS[name];
  const measured = useParts(told, question).map((each) => ({ ...each, value: each.part.figures[field] }));
  const summary = sentence(w, told, told.overall[field], measured);
  const some = told.overall[field].count > 0;
  return (
    <Picture
      name={name}
      question={question}
      summary={summary}
      chart={
        some && <Drawing told={told} measured={measured} label={`${w.pictures[name].title}. ${summary}`} />
      }
      table={
        <FiguresTable
          caption={w.pictures[name].title}
          head={[w.columns[told.by], w.count, w.p50, w.p90]}
          rows={measured.map(({ key, name: row, value }) => ({
            key,
            cells: [row, w.number(value.count), w.say.duration(value.p50), w.say.duration(value.p90)],
          }))}
        />
      }
    />
  );
}

type Measured = Named & { value: Duration };

function sentence(
  w: Told,
  { by }: Insights,
  { count, p50, p90 }: Duration,
  measured: readonly Measured[],
): string {
  if (count === 0) return w.none;
  const all = w.durations(count, w.say.duration(p50), w.say.duration(p90));
  const known = measured.filter(({ value }) => value.count > 0);
  const one =
    by === 'week' ? known.at(-1) : known.toSorted((a, b) => (b.value.p50 ?? 0) - (a.value.p50 ?? 0)).at(0);
  if (!one || known.length < 2) return all;
  const half = w.say.duration(one.value.p50);
  return `${all} ${by === 'week' ? w.trend(one.text, half) : w.longest(one.text, half)}`;
}

function Drawing({
  told,
  measured,
  label,
}: {
  told: Insights;
  measured: readonly Measured[];
  label: string;
}) {
  const w = useWords();
  if (told.by === 'week') {
    const weeks = measured.map(({ part, value }) => ({ week: part.week ?? '', value }));
    return (
      <>
        <WeekLines weeks={weeks} label={label} />
        <LinesLegend />
      </>
    );
  }
  const known = measured.filter(({ value }) => value.count > 0);
  return (
    <>
      <Rows
        label={label}
        rows={known.slice(0, MOST_ROWS).map(({ key, name, value }) => ({
          key,
          name,
          text: `${w.say.duration(value.p50)} – ${w.say.duration(value.p90)}`,
          plain: value.p50 ?? 0,
          outlined: value.p90 ?? 0,
        }))}
      />
      <p className="mt-2 text-[0.8125rem] text-muted">{`${w.p50} – ${w.p90}`}</p>
      <NotAll shown={Math.min(known.length, MOST_ROWS)} all={known.length} />
    </>
  );
}
