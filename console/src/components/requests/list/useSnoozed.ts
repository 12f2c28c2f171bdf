import { useState } from 'react';
import type { Ticket } from '@/api/types';
import { useNow } from '@/hooks/useNow';
import { usePreferences } from '@/hooks/usePreferences';
import { asleep } from './snooze';

/** A list without what its reader has set aside; how many that are, and a way to see them all the same. */
export function useSnoozed(tickets: readonly Ticket[], here: boolean) {
  const now = useNow();
  const [revealed, reveal] = useState(false);
  const snoozed = usePreferences()?.snoozed ?? [];
  const ids = new Set(here ? asleep(snoozed, now).map((each) => each.ticket) : []);
  const awake = tickets.filter(({ metadata }) => !ids.has(metadata.id));
  return {
    shown: revealed ? tickets : awake,
    hidden: tickets.length - awake.length,
    revealed,
    reveal: () => reveal(!revealed),
  };
}
