import { useSyncExternalStore } from 'react';

// One clock for all ages on a page, so that thousands of rows don't keep a timer each.
const TICK_MS = 30_000;
let now = Date.now();
const listeners = new Set<() => void>();
let timer: number | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(() => {
    now = Date.now();
    listeners.forEach((each) => each());
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}

/** The time, in milliseconds; moves on by half a minute at a time. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
