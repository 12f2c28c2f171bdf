import { useCallback, useState } from 'react';

/** Text that survives a reload and a sign-in in this tab, under its name, until it is cleared. */
export function useKept(name: string): [string, (text: string) => void] {
  const key = `prodgate-kept-${name}`;
  const [text, setText] = useState(() => sessionStorage.getItem(key) ?? '');
  const keep = useCallback(
    (next: string) => {
      setText(next);
      if (next) sessionStorage.setItem(key, next);
      else sessionStorage.removeItem(key);
    },
    [key],
  );
  return [text, keep];
}
