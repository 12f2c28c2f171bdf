import { BellRing } from 'lucide-react';
import { useSpeech } from '@/i18n';

// Here, because every list shows them, and the other words of escalation come with the page that has these.
const WORDS = {
  en: { mark: 'escalated', why: 'Nobody decided in time: the rules asked others' },
  fr: { mark: 'escaladée', why: 'Personne n’a décidé à temps : les règles ont sollicité d’autres personnes' },
};

/** Says of a row of a list that nobody decided in time, and rules asked further people. */
export function EscalatedMark({ at }: { at: string }) {
  const { format, language } = useSpeech();
  const w = WORDS[language];
  return (
    <span
      data-mark="escalated"
      title={`${w.why} (${format.dateTime(at)})`}
      className="inline-flex items-center gap-1 text-xs whitespace-nowrap text-warn-text"
    >
      <BellRing className="size-3.5" aria-hidden />
      {w.mark}
    </span>
  );
}
