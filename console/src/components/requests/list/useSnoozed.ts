import { useState } from 'react';
import type { Ticket } from '@/api/types';
import { useNow } from '@/hooks/useNow';
import { useReadPreferences } from '@/hooks/usePreferences';
import { asleep } from './snooze';

/** A list without what its reader has set aside; how many that are, and a way to see them all the same. */
export function useSnoozed(tickets: readonly Ticket[], here: boolean) {
  const now = useNow();
  const [revealed, reveal] = useState(false);
  const { data, isPending, failureCount } = useReadPreferences();
  const snoozed = data?.preferences.snoozed ?? [];
  const ids = new Set(here ? asleep(snoozed, now).map((each) => each.ticket) : []);
  const awake = tickets.filter(({ metadata }) => !ids.has(metadata.id));
  return {
    /** Until it is known what is set aside no row is shown, or it would go again; a fault holds nothing up. */
    known: !here || !isPending || failureCount > 0,
    shown: revealed ? tickets : awake,
    hidden: tickets.length - awake.length,
    revealed,
    reveal: () => reveal(!revealed),
  };
}
