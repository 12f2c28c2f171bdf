import type { HistoryEntry, Ticket } from '@/api/types';
import { useSpeech } from '@/i18n';
import { enRemarks } from '@/i18n/en.remarks';
import { frRemarks } from '@/i18n/fr.remarks';
import { translated } from '@/i18n/remarks';
import { useCommits } from './useRequests';

/** The request's history, with what the service says in it in the reader's language; nothing of that before it is read. */
export function useTold(ticket: Ticket): readonly HistoryEntry[] {
  const { language, format } = useSpeech();
  const words = { en: enRemarks, fr: frRemarks }[language];
  const { data, isFetching } = useCommits(ticket.metadata.id);
  return ticket.status.history.map((entry, index) => {
    if (entry.by !== 'system') return entry;
    const commit = data?.[index];
    if (!commit && isFetching) return { ...entry, comment: null, reason: null, error: null };
    return translated(words, format, entry, commit?.action === entry.action ? commit.remarks : undefined);
  });
}
