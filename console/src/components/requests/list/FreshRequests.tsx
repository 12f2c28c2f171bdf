import { ArrowUp } from 'lucide-react';
import { useSpeech } from '@/i18n';
import { Button } from '@/ui/Button';

/** What came in since the list was read, shown when it is asked for. It floats, so that no row makes place for it,
 * and nothing of it moves when more come in. */
export function FreshRequests({ count, show }: { count: number; show: () => void }) {
  const { t } = useSpeech();
  return (
    <div role="status" className="sticky top-2 z-20 mb-0 flex h-0 justify-center sm:top-16">
      {count > 0 && (
        <Button
          small
          tone="primary"
          className="-mt-2 h-fit min-w-72 justify-start! rounded-full! shadow-lg"
          onClick={show}
        >
          <ArrowUp className="size-4" aria-hidden />
          {t.list.fresh(count)}
        </Button>
      )}
    </div>
  );
}
