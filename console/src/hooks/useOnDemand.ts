import { useState, type ComponentType } from 'react';

/**
 * A part of the page that is loaded when somebody first wants it; until then a button of the same looks stands for it. What
 * comes near the button loads already, so that a press finds it there.
 */
export function useOnDemand<P>(load: () => Promise<ComponentType<P>>) {
  const [Part, setPart] = useState<ComponentType<P>>();
  const near = () => void load().catch(() => undefined); // a press tries again, and says so where it fails
  const press = () =>
    load().then(
      (part) => setPart(() => part),
      (error: unknown) =>
        setPart(() => {
          throw error;
        }),
    );
  return { Part, button: { onPointerEnter: near, onFocus: near, onClick: () => void press() } };
}
