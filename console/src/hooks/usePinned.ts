import { useCallback } from 'react';
import { useRoot } from '@/shell/root';

/** Tells the window's scrolling how high the element is while it is pinned to the bottom, so that nothing that is focused
 * hides behind it; the element takes the callback as its ref. */
export function usePinned(): (element: HTMLElement | null) => (() => void) | undefined {
  const root = useRoot();
  return useCallback(
    (element) => {
      // Inside of another page, the window is not ours.
      if (!element || root !== document) return undefined;
      const { style } = document.documentElement;
      const measure = () => {
        const pinned = getComputedStyle(element).position === 'sticky';
        style.setProperty('--pinned', pinned ? `${element.offsetHeight}px` : '0px');
      };
      const watch = new ResizeObserver(measure);
      watch.observe(element);
      return () => {
        watch.disconnect();
        style.removeProperty('--pinned');
      };
    },
    [root],
  );
}
