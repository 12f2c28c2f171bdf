import { Snowflake } from 'lucide-react';
import type { Closed } from '@/api/types';
import { useNow } from '@/hooks/useNow';
import { useSpeech } from '@/i18n';

// Here, because every list shows them, and the other words of freezes come with the pages that have these.
const WORDS = {
  en: {
    frozen: (until?: string) => (until ? `frozen until ${until}` : 'frozen'),
    outside: (until?: string) => (until ? `no window until ${until}` : 'no window'),
  },
  fr: {
    frozen: (until?: string) => (until ? `gelée jusqu’au ${until}` : 'gelée'),
    outside: (until?: string) => (until ? `pas de créneau avant le ${until}` : 'aucun créneau'),
  },
};

/** Says of a row of a list that nothing of it is launched now, as short as it can be; why, where the pointer rests. */
export function FreezeMark({ closed }: { closed: Closed }) {
  const { format, language } = useSpeech();
  const w = WORDS[language];
  const now = useNow();
  const { rule, reason, until } = closed;
  const say = reason === null ? w.outside : w.frozen;
  return (
    <span
      data-mark="closed"
      title={reason === null ? rule : `${rule}: ${reason}`}
      className="inline-flex items-center gap-1 text-xs whitespace-nowrap text-warn-text"
    >
      <Snowflake className="size-3.5" aria-hidden />
      {say(until ? format.comingShort(until, now) : undefined)}
    </span>
  );
}
