import type { useCheck } from '@/hooks/useCheck';
import { useSpeech } from '@/i18n';
import { useStandardWords } from '@/i18n/standard';
import { Button } from '@/ui/Button';

interface SendButtonProps {
  sending: boolean;
  check: Pick<ReturnType<typeof useCheck>, 'data' | 'error' | 'complete' | 'isPlaceholderData'>;
}

/** Sends the request; it says what happens then: people are asked, or a rule of the company approves it. */
export function SendButton({ sending, check }: SendButtonProps) {
  const { t } = useSpeech();
  const words = useStandardWords();
  const { data, error, complete, isPlaceholderData } = check;
  const known = complete && !error && !isPlaceholderData;
  const label = known && data?.standard?.approves ? words.send : t.form.submit;
  return (
    <Button type="submit" tone="primary" busy={sending} className="min-h-11 w-full">
      {sending ? t.form.sending : label}
    </Button>
  );
}
