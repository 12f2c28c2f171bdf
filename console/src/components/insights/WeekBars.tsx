import { Bar } from '@visx/shape';
import { useId } from 'react';
import type { Figures } from '@/api/types';
import { Frame } from './Frame';
import { ticksOfCounts } from './ticks';
import type { WeekOf } from './WeekLines';
import { useWords } from './words';

/** Deployments of each week: what succeeded is plain, what failed stands on it, hatched. */
export function WeekBars({ weeks, label }: { weeks: readonly WeekOf<Figures>[]; label: string }) {
  const w = useWords();
  const hatch = useId();
  const highest = Math.max(...weeks.map(({ value }) => value.deployed + value.failed), 1);
  return (
    <Frame
      weeks={weeks.map((each) => each.week)}
      ticks={ticksOfCounts(highest)}
      tickText={w.number}
      label={label}
    >
      {({ x, y, band }) => (
        <>
          <Hatch id={hatch} />
          {weeks.map(({ week, value: { deployed, failed } }) => (
            <g key={week}>
              <title>{`${w.say.week(week)}: ${w.deployed} ${deployed}, ${w.failed} ${failed}`}</title>
              <Bar
                x={x(week)}
                width={band}
                y={y(deployed)}
                height={y(0) - y(deployed)}
                className="fill-accent"
              />
              <Bar
                x={x(week)}
                width={band}
                y={y(deployed + failed)}
                height={y(deployed) - y(deployed + failed)}
                fill={`url(#${hatch})`}
                className="stroke-danger-text"
                strokeWidth={failed ? 1 : 0}
              />
            </g>
          ))}
        </>
      )}
    </Frame>
  );
}

/** Slanted lines, for what failed. */
export function Hatch({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="5" height="5" className="fill-danger-soft" />
        <line y2="5" className="stroke-danger-text" strokeWidth="3" />
      </pattern>
    </defs>
  );
}

/** What each kind of bar means, drawn as it is. */
export function BarsLegend() {
  const w = useWords();
  const hatch = useId();
  return (
    <ul className="mt-1 flex flex-wrap gap-x-4 text-[0.8125rem] text-muted">
      {(['deployed', 'failed'] as const).map((each) => (
        <li key={each} className="flex items-center gap-1.5">
          <svg width="14" height="12" aria-hidden>
            <Hatch id={hatch} />
            <rect
              width="14"
              height="12"
              {...(each === 'failed' ? { fill: `url(#${hatch})` } : { className: 'fill-accent' })}
            />
          </svg>
          {w[each]}
        </li>
      ))}
    </ul>
  );
}
