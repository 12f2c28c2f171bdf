import { useEffect, useRef, useState } from 'react';
import type { UseFormReturn } from 'react-hook-form';
import type { FormValues } from '@/components/form/values';

const SAVED_AFTER_MS = 300;

const keyFor = (name: string) => `prodgate-draft-${name}`;

/** The draft of that name in this browser, over an empty form; an older form's unknown fields are dropped. */
export function readDraft(name: string, empty: FormValues): { values: FormValues; restored: boolean } {
  const stored = localStorage.getItem(keyFor(name));
  if (!stored) return { values: empty, restored: false };
  try {
    const draft = JSON.parse(stored) as Record<string, unknown>;
    const fits = Object.entries(empty).map(([key, value]) => {
      const kept = draft[key];
      return [key, typeof kept === typeof value ? kept : value] as const;
    });
    return { values: Object.fromEntries(fits) as unknown as FormValues, restored: true };
  } catch {
    // Not JSON: not ours to keep.
    localStorage.removeItem(keyFor(name));
    return { values: empty, restored: false };
  }
}

/** Keeps what is typed in this browser until it is sent or thrown away. */
export function useDraft(name: string, form: UseFormReturn<FormValues>) {
  const [saved, setSaved] = useState(false);
  const timer = useRef(0);
  useEffect(() => {
    const save = () => {
      localStorage.setItem(keyFor(name), JSON.stringify(form.getValues()));
      setSaved(true);
    };
    const stop = form.subscribe({
      formState: { values: true },
      callback: ({ type }) => {
        window.clearTimeout(timer.current);
        // A reset is no typing.
        if (type === 'change') timer.current = window.setTimeout(save, SAVED_AFTER_MS);
      },
    });
    return () => {
      stop();
      window.clearTimeout(timer.current);
    };
  }, [name, form]);
  return {
    saved,
    drop: () => {
      window.clearTimeout(timer.current);
      localStorage.removeItem(keyFor(name));
      setSaved(false);
    },
  };
}
