import { useEffect } from 'react';
import { useSpeech } from '@/i18n';
import { useTitle } from '@/shell/root';

/** Names the page in the tab and in the history; screen readers read it after a navigation. */
export function usePageTitle(title: string): void {
  const { t } = useSpeech();
  const show = useTitle();
  useEffect(() => {
    show(title ? `${title} · ${t.name}` : t.name);
  }, [title, t, show]);
}
