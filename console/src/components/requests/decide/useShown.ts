import { useState } from 'react';
import type { Compared } from '@/hooks/useComparisons';

interface Shown {
  /** The version in production that was shown, empty for none; undefined where that could not be read. */
  production: string | undefined;
  /** The version that is there by now, where it is another one. */
  now: string | undefined;
  /** Take what is there now for what was shown. */
  look: () => void;
}

/** The version in production as it was shown first: who decides on it has to look again where it changes meanwhile. */
export function useShown(compared: Compared | undefined): Shown {
  const current = typeof compared === 'object' ? (compared.replaces ?? '') : undefined;
  const [production, show] = useState(current);
  if (production === undefined && current !== undefined) show(current);
  return {
    production,
    now: current !== undefined && production !== undefined && current !== production ? current : undefined,
    look: () => show(current),
  };
}
