import { useEffect, useRef, useSyncExternalStore } from 'react';
import { useRoot } from '@/shell/root';

const KEPT_AS = 'prodgate-shortcuts';
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
const read = () => localStorage.getItem(KEPT_AS) !== 'off';

/** Whether single keys act; they can be turned off, for who dictates or types by accident (WCAG 2.1.4). */
export function useShortcutsOn(): [boolean, (on: boolean) => void] {
  const on = useSyncExternalStore(subscribe, read);
  return [
    on,
    (next) => {
      localStorage.setItem(KEPT_AS, next ? 'on' : 'off');
      listeners.forEach((listener) => listener());
    },
  ];
}

const TYPING =
  'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], [role=menu]';

/** Keys that go on while they are held; any other acts once, or a held `a` would approve one after the other. */
const GOING_ON = ['j', 'k'];

/** Does what the keys say, unless somebody types, a dialog is open or a modifier is held. */
export function useShortcuts(keys: Record<string, () => void>): void {
  const root = useRoot();
  const [on] = useShortcutsOn();
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    if (!on) return undefined;
    const press = (event: KeyboardEvent) => {
      const act = latest.current[event.key];
      const typing = event.target instanceof Element && event.target.closest(TYPING);
      if (
        !act ||
        (event.repeat && !GOING_ON.includes(event.key)) ||
        typing ||
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        root.querySelector('dialog[open]')
      )
        return;
      event.preventDefault();
      act();
    };
    // In a custom element keys count that are pressed inside: the others are the host's.
    root.addEventListener('keydown', press as EventListener);
    return () => root.removeEventListener('keydown', press as EventListener);
  }, [on, root]);
}
