import { useState } from 'react';
import type { Action, Ticket } from '@/api/types';
import { useSpeech } from '@/i18n';

/** What leaves the state as it was, or says more than the state. */
const SAID_ITSELF: readonly Action[] = ['endorsed', 'unendorsed', 'due', 'held', 'released', 'lapsed'];

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
  const last = history.at(-1);
  if (!changed || !last) return '';
  return SAID_ITSELF.includes(last.action)
    ? t.decide.overtaken(nameOf(last.by), t.action[last.action])
    : t.detail.changed(t.state[state].toLowerCase(), nameOf(last.by));
}
