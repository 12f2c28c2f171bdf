import { useState } from 'react';
import type { Ticket } from '@/api/types';
import { useSpeech } from '@/i18n';

/** What to read out when the shown request changes by itself; empty until it does. */
export function useReadOut(ticket: Ticket, nameOf: (email: string) => string): string {
  const { t } = useSpeech();
  const { state, history } = ticket.status;
  const [seen, setSeen] = useState(history.length);
  const [changed, setChanged] = useState(false);
  if (history.length !== seen) {
    setSeen(history.length);
    setChanged(true);
  }
  return changed ? t.detail.changed(t.state[state].toLowerCase(), nameOf(history.at(-1)?.by ?? '')) : '';
}
