import { createContext, use, useEffect } from 'react';
import { useSpeech } from '@/i18n';
import { useTitle } from '@/shell/root';

/** How many requests wait for the reader, which the tab says on every page. */
export const WaitingContext = createContext(0);

/** Names the page in the tab and in the history; screen readers read it after a navigation. */
export function usePageTitle(title: string): void {
  const { t } = useSpeech();
  const show = useTitle();
  const waiting = use(WaitingContext);
  useEffect(() => {
    const count = waiting > 0 ? `(${waiting}) ` : '';
    show(count + (title ? `${title} · ${t.name}` : t.name));
  }, [title, t, show, waiting]);
}
