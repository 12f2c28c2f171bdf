import { Search } from 'lucide-react';
import { useEffect, useState, type RefObject } from 'react';
import { inputClass } from './Field';
import { cx } from './classes';

const TYPED_MS = 250;

interface TypedProps {
  label: string;
  value: string;
  change: (value: string) => void;
  className?: string;
  maxLength?: number;
}

/** What is being typed, and asked for when the typing pauses. */
function useTyped(value: string, change: (value: string) => void): [string, (typed: string) => void] {
  const [typed, setTyped] = useState(value);
  const [asked, setAsked] = useState(value);
  // The address changed by itself: Back, or the filters were cleared.
  if (asked !== value) {
    setAsked(value);
    setTyped(value);
  }
  useEffect(() => {
    if (typed === value) return undefined;
    const timer = window.setTimeout(() => {
      setAsked(typed);
      change(typed);
    }, TYPED_MS);
    return () => window.clearTimeout(timer);
  });
  return [typed, setTyped];
}

interface SearchBoxProps extends TypedProps {
  input: RefObject<HTMLInputElement | null>;
}

/** Asks the server when the typing pauses. */
export function SearchBox({ label, value, input, change }: SearchBoxProps) {
  const [typed, setTyped] = useTyped(value, change);
  return (
    <div className="relative min-w-48 grow basis-60">
      <Search className="pointer-events-none absolute start-2.5 top-2.5 size-4 text-muted" aria-hidden />
      <input
        ref={input}
        type="search"
        maxLength={200}
        aria-label={label}
        aria-keyshortcuts="/"
        placeholder={label}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        className={`${inputClass} ps-8`}
      />
    </div>
  );
}

/** A filter of free text, which asks when the typing pauses. */
export function TypedFilter({ label, value, change, className, maxLength = 200 }: TypedProps) {
  const [typed, setTyped] = useTyped(value, change);
  return (
    <input
      type="text"
      maxLength={maxLength}
      aria-label={label}
      placeholder={label}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      className={cx(inputClass, className)}
    />
  );
}
