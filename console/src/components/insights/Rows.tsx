import { useId, type ReactNode } from 'react';
import { Hatch } from './WeekBars';

export interface RowOf {
  key: string;
  name: ReactNode;
  /** What the bar says, in words. */
  text: string;
  /** The plain part of the bar. */
  plain: number;
  /** The part after it, hatched, or up to where an outline reaches. */
  hatched?: number;
  outlined?: number;
}

/** Bars that lie, each with its name and its value in words: what is split by names rather than weeks. */
export function Rows({ rows, label }: { rows: readonly RowOf[]; label: string }) {
  const hatch = useId();
  const highest = Math.max(
    ...rows.map((each) => Math.max(each.plain + (each.hatched ?? 0), each.outlined ?? 0)),
    1,
  );
  const part = (value: number) => `${(100 * value) / highest}%`;
  return (
    <ul aria-label={label} className="space-y-2">
      {rows.map(({ key, name, text, plain, hatched = 0, outlined = 0 }) => (
        <li key={key}>
          <div className="flex flex-wrap justify-between gap-x-3">
            <span>{name}</span>
            <span className="text-muted tabular-nums">{text}</span>
          </div>
          <svg className="block h-2.5 w-full" aria-hidden>
            <Hatch id={hatch} />
            <rect width="100%" height="10" className="fill-sunken" />
            <rect width={part(plain)} height="10" className="fill-accent" />
            {hatched > 0 && (
              <rect x={part(plain)} width={part(hatched)} height="10" fill={`url(#${hatch})`} />
            )}
            {outlined > 0 && (
              <rect
                y="0.75"
                width={part(outlined)}
                height="8.5"
                className="fill-none stroke-warn-text"
                strokeWidth="1.5"
                strokeDasharray="5 4"
              />
            )}
          </svg>
        </li>
      ))}
    </ul>
  );
}
