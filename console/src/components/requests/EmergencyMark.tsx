import { Siren } from 'lucide-react';
import { emergencyOf, owesAnswer } from '@/api/lifecycle';
import type { Ticket } from '@/api/types';
import { useSpeech } from '@/i18n';
import { cx } from '@/ui/classes';

// Here, because every list shows it, and the other words come with the pages that have these.
const WORDS = {
  en: { owed: 'emergency, unanswered', declared: 'emergency' },
  fr: { owed: 'urgence, sans réponse', declared: 'urgence' },
};

/** Says in red that one person launched a request past votes and freezes, and whether somebody still has to answer. */
export function EmergencyMark({ ticket, large }: { ticket: Ticket; large?: boolean | undefined }) {
  const { language } = useSpeech();
  if (!emergencyOf(ticket)) return null;
  return (
    <span
      data-mark="emergency"
      className={cx(
        'inline-flex items-center gap-1 rounded-full bg-danger-soft font-medium whitespace-nowrap text-danger-text',
        large ? 'px-3 py-1 text-sm' : 'px-2 py-0.5 text-xs',
      )}
    >
      <Siren className={large ? 'size-4' : 'size-3.5'} aria-hidden />
      {WORDS[language][owesAnswer(ticket) ? 'owed' : 'declared']}
    </span>
  );
}
