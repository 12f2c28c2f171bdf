import { useEffect, useState } from 'react';

/** How long what is shown waits for its parts: longer, and what is there is worth more than that it stands still. */
const PATIENCE_MS = 2_000;

/** The value once its parts have come, and until then the one before it; undefined before the first. */
export function useSteady<T>(value: T, ready: boolean): T | undefined {
  const [shown, show] = useState(ready ? value : undefined);
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (ready) return undefined;
    const timer = window.setTimeout(() => setLate(true), PATIENCE_MS);
    return () => {
      window.clearTimeout(timer);
      setLate(false);
    };
  }, [ready]);
  const current = ready || late ? value : shown;
  if (current !== shown) show(current);
  return current;
}
