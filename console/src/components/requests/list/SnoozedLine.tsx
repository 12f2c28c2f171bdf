import { AlarmClock } from 'lucide-react';
import { useDecidingWords } from '@/i18n/deciding';
import { Button } from '@/ui/Button';

interface SnoozedLineProps {
  count: number;
  revealed: boolean;
  reveal: () => void;
}

/** Says that requests are missing from the list, since its reader set them aside. */
export function SnoozedLine({ count, revealed, reveal }: SnoozedLineProps) {
  const words = useDecidingWords();
  if (!count) return null;
  return (
    <p className="flex flex-wrap items-center gap-x-2 text-[0.8125rem] text-muted">
      <AlarmClock className="size-4" aria-hidden />
      {words.snoozed(count)}
      <Button small tone="ghost" aria-pressed={revealed} onClick={reveal}>
        {revealed ? words.hideSnoozed : words.showSnoozed}
      </Button>
    </p>
  );
}
