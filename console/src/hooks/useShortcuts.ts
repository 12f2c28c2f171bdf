import { useEffect, useRef, useSyncExternalStore } from 'react';

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

/** Does what the keys say, unless somebody types, a dialog is open or a modifier is held. */
export function useShortcuts(keys: Record<string, () => void>): void {
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
        typing ||
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        document.querySelector('dialog[open]')
      )
        return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [on]);
}
