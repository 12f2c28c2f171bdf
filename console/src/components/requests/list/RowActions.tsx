import { useSpeech } from '@/i18n';
import { useDecidingWords } from '@/i18n/deciding';
import { Button } from '@/ui/Button';

/** View and Approve at a row's end. The row itself is the link; the first only says so to who looks for a button. */
export function RowActions({ what, onApprove }: { what: string; onApprove: () => void }) {
  const { t } = useSpeech();
  const words = useDecidingWords();
  return (
    <span className="flex gap-2 whitespace-nowrap max-sm:w-full max-sm:justify-end">
      <span
        aria-hidden
        className="inline-flex min-h-8 items-center justify-center rounded-md px-2.5 font-medium text-accent-text max-sm:grow"
      >
        {words.view}
      </span>
      <Button
        small
        className="relative z-10 max-sm:grow"
        aria-label={`${t.list.approveSelected} ${what}`}
        onClick={onApprove}
      >
        {t.list.approveSelected}
      </Button>
    </span>
  );
}
