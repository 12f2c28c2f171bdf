import { LinePath } from '@visx/shape';
import type { Duration } from '@/api/types';
import { Frame, type Place } from './Frame';
import { ticksOfSeconds } from './ticks';
import { useWords } from './words';

export interface WeekOf<T> {
  week: string;
  value: T;
}

type Measured = readonly WeekOf<Duration>[];

/** p50 and p90 of each week: lines that differ in dash and mark, so that no colour is needed to tell them apart. */
export function WeekLines({ weeks, label }: { weeks: Measured; label: string }) {
  const w = useWords();
  const highest = Math.max(...weeks.map(({ value }) => value.p90 ?? 0), 1);
  return (
    <Frame
      weeks={weeks.map((each) => each.week)}
      ticks={ticksOfSeconds(highest)}
      tickText={w.say.duration}
      label={label}
    >
      {(place) => (
        <>
          <Line weeks={weeks} of="p90" place={place} />
          <Line weeks={weeks} of="p50" place={place} />
        </>
      )}
    </Frame>
  );
}

const INK = { p50: 'text-accent-text', p90: 'text-warn-text' };

function Line({ weeks, of, place }: { weeks: Measured; of: 'p50' | 'p90'; place: Place }) {
  const w = useWords();
  const x = ({ week }: WeekOf<Duration>) => place.x(week) + place.band / 2;
  const y = ({ value }: WeekOf<Duration>) => place.y(value[of] ?? 0);
  const known = weeks.filter(({ value }) => value[of] !== null);
  return (
    <g className={INK[of]}>
      <LinePath
        data={[...weeks]}
        x={x}
        y={y}
        defined={({ value }) => value[of] !== null}
        stroke="currentColor"
        strokeWidth={2}
        {...(of === 'p90' && { strokeDasharray: '5 4' })}
      />
      {known.map((each) => (
        <Mark key={each.week} of={of} x={x(each)} y={y(each)}>
          {`${w.say.week(each.week)}: ${w[of]} ${w.say.duration(each.value[of])} (${each.value.count})`}
        </Mark>
      ))}
    </g>
  );
}

function Mark({ of, x, y, children }: { of: 'p50' | 'p90'; x: number; y: number; children: string }) {
  return of === 'p50' ? (
    <circle cx={x} cy={y} r={3.5} fill="currentColor">
      <title>{children}</title>
    </circle>
  ) : (
    <rect
      x={x - 3.5}
      y={y - 3.5}
      width={7}
      height={7}
      className="fill-surface stroke-current"
      strokeWidth={1.5}
    >
      <title>{children}</title>
    </rect>
  );
}

/** What each line means, drawn as it is. */
export function LinesLegend() {
  const w = useWords();
  return (
    <ul className="mt-1 flex flex-wrap gap-x-4 text-[0.8125rem] text-muted">
      {(['p50', 'p90'] as const).map((of) => (
        <li key={of} className="flex items-center gap-1.5">
          <svg width="28" height="10" className={INK[of]} aria-hidden>
            <line
              x2="28"
              y1="5"
              y2="5"
              stroke="currentColor"
              strokeWidth="2"
              {...(of === 'p90' && { strokeDasharray: '5 4' })}
            />
            <Mark of={of} x={14} y={5}>
              {w[of]}
            </Mark>
          </svg>
          {w[of]}
        </li>
      ))}
    </ul>
  );
}
