import { useEffect, type RefObject } from 'react';

/**
 * Gives the focus to the page when what had it was taken away, by a dialog that closed or an event that came: a keyboard
 * would go on at the top of the document, and a screen reader in nothing.
 */
export function useFocusKept(main: RefObject<HTMLElement | null>) {
  useEffect(() => {
    const page = main.current;
    if (!page) return undefined;
    let last: EventTarget | null = null;
    const remember = (event: Event) => {
      last = event.target;
    };
    const forget = () => {
      last = null; // a click beside everything leaves the focus by intent
    };
    const observer = new MutationObserver(() => {
      const gone = last instanceof Element && !last.isConnected;
      if (!gone) return;
      last = null;
      if (document.activeElement === document.body) page.focus({ preventScroll: true });
    });
    page.addEventListener('focusin', remember);
    document.addEventListener('pointerdown', forget);
    observer.observe(page, { childList: true, subtree: true });
    return () => {
      page.removeEventListener('focusin', remember);
      document.removeEventListener('pointerdown', forget);
      observer.disconnect();
    };
  }, [main]);
}
