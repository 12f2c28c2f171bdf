import { cx } from './classes';

interface SegmentsProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly (readonly [value: Value, name: string])[];
  change: (value: Value) => void;
  title?: string;
}

/** One of a few ways to show the same thing, side by side. */
export function Segments<Value extends string>({
  label,
  value,
  options,
  change,
  title,
}: SegmentsProps<Value>) {
  return (
    <fieldset className="flex rounded-md border border-edge max-sm:w-full" title={title}>
      <legend className="sr-only">{label}</legend>
      {options.map(([each, name]) => (
        <button
          key={each}
          type="button"
          aria-pressed={each === value}
          onClick={() => change(each)}
          className={cx(
            'min-h-8.5 px-3 first-of-type:rounded-s-md last:rounded-e-md max-sm:grow',
            each === value
              ? 'bg-accent-soft font-semibold text-accent-text underline underline-offset-4'
              : 'bg-surface text-muted hover:bg-hover hover:text-text',
          )}
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}
