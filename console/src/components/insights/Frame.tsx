import { AxisBottom, AxisLeft, type TickRendererProps } from '@visx/axis';
import { scaleBand, scaleLinear } from '@visx/scale';
import type { ReactNode } from 'react';
import { sparse } from './ticks';
import { useWidth } from './useWidth';
import { useWords } from './words';

const HEIGHT = 208;
const EDGE = { top: 10, right: 8, bottom: 26, left: 66 };

/** A mark's text as plain SVG: the library's own is a drawing within the drawing. */
function tick(anchor: 'end' | 'middle') {
  return ({ x, y, formattedValue }: TickRendererProps) => (
    <text x={x} y={y} dy="0.32em" textAnchor={anchor} fontSize={11} className="fill-muted">
      {formattedValue}
    </text>
  );
}

const BESIDE = tick('end');
const BELOW = tick('middle');

/** Where a week stands, and how high a value reaches, in pixels. */
export interface Place {
  x: (week: string) => number;
  y: (value: number) => number;
  /** The room that a week has. */
  band: number;
}

interface FrameProps {
  weeks: readonly string[];
  ticks: readonly number[];
  tickText: (value: number) => string;
  /** What somebody hears who does not see the drawing. */
  label: string;
  children: (place: Place) => ReactNode;
}

/** The axes of a drawing over weeks: those below, values at the left. */
export function Frame({ weeks, ticks, tickText, label, children }: FrameProps) {
  const w = useWords();
  const [element, width] = useWidth();
  const inner = Math.max(width - EDGE.left - EDGE.right, 0);
  const x = scaleBand({ domain: [...weeks], range: [0, inner], paddingInner: 0.25, paddingOuter: 0.15 });
  const y = scaleLinear({
    domain: [0, ticks.at(-1) ?? 1],
    range: [HEIGHT - EDGE.bottom, EDGE.top],
  });
  const place = { x: (week: string) => x(week) ?? 0, y: (value: number) => y(value), band: x.bandwidth() };
  return (
    <div ref={element} className="min-h-52">
      {width > 0 && (
        <svg role="img" aria-label={label} width={width} height={HEIGHT} className="block">
          <g transform={`translate(${EDGE.left} 0)`}>
            {ticks.map((each) => (
              <line key={each} x2={inner} y1={y(each)} y2={y(each)} className="stroke-line" />
            ))}
            <AxisLeft
              scale={y}
              tickValues={[...ticks]}
              tickFormat={(value) => tickText(Number(value))}
              tickComponent={BESIDE}
              hideAxisLine
              hideTicks
            />
            <AxisBottom
              scale={x}
              top={HEIGHT - EDGE.bottom}
              tickValues={sparse(weeks, inner)}
              tickFormat={(week) => w.say.week(week)}
              tickComponent={BELOW}
              axisLineClassName="stroke-edge"
              hideTicks
            />
            {children(place)}
          </g>
        </svg>
      )}
    </div>
  );
}
