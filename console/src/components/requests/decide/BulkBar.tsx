import { Check, X } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { Ticket } from '@/api/types';
import type { Selection } from '@/hooks/useSelection';
import { useSpeech } from '@/i18n';
import { Button } from '@/ui/Button';

const BulkDialog = lazy(() => import('./BulkDialog').then((module) => ({ default: module.BulkDialog })));

interface Asked {
  decision: 'approve' | 'reject';
  /** As they were when it was asked: the dialog goes on showing those that are decided by then. */
  tickets: readonly Ticket[];
}

/** What can be done with the selected rows; stays in sight while some are. */
export function BulkBar({ selection, onDecided }: { selection: Selection; onDecided: () => unknown }) {
  const { t } = useSpeech();
  const [asked, setAsked] = useState<Asked>();
  const { tickets } = selection;
  const close = () => {
    setAsked(undefined);
    // What was decided is no longer selected by itself; what was not can be asked about again.
    onDecided();
  };
  return (
    <>
      <div role="status" className="sr-only">
        {tickets.length > 0 && t.list.selected(tickets.length)}
      </div>
      {tickets.length > 0 && (
        <div className="sticky bottom-3 z-20 mx-auto flex w-fit max-w-full flex-wrap items-center justify-center gap-2 rounded-xl border border-line bg-raised px-3 py-2 shadow-xl">
          <span className="px-1 font-medium">{t.list.selected(tickets.length)}</span>
          <Button small tone="primary" onClick={() => setAsked({ decision: 'approve', tickets })}>
            <Check className="size-4" aria-hidden />
            {t.list.approveSelected}
          </Button>
          <Button small onClick={() => setAsked({ decision: 'reject', tickets })}>
            {t.list.rejectSelected}
          </Button>
          <Button small tone="ghost" onClick={() => selection.all(false)}>
            <X className="size-4" aria-hidden />
            {t.list.clearSelection}
          </Button>
        </div>
      )}
      <Suspense fallback={null}>{asked && <BulkDialog {...asked} onClose={close} />}</Suspense>
    </>
  );
}
