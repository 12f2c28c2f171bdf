import { useSpeech } from '@/i18n';
import { explain } from '@/i18n/server';
import { Button } from './Button';
import { Notice } from './Notice';

/** In the place of what could not be read: why not, and a way to try again. */
export function NotRead({ error, retry }: { error: unknown; retry: () => unknown }) {
  const { t } = useSpeech();
  return (
    <Notice
      look="fault"
      urgent
      title={t.errors.title}
      action={<Button onClick={() => void retry()}>{t.common.retry}</Button>}
    >
      {explain(t, error)}
    </Notice>
  );
}
