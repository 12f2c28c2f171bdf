import { Vote } from 'lucide-react';
import type { Ticket } from '@/api/types';
import { votesOn } from '@/api/votes';
import { useSpeech } from '@/i18n';

interface VotesGivenProps {
  ticket: Ticket;
  /** Whether the reader's own vote is among them. */
  mine: boolean;
}

/** How many have voted for a request that waits for others, as a row tells it: how many it takes is on its page. */
export function VotesGiven({ ticket, mine }: VotesGivenProps) {
  const { t } = useSpeech();
  const { length } = votesOn(ticket);
  if (!length) return null;
  return (
    <span
      data-mark="votes"
      className="inline-flex items-center gap-1 rounded-xl bg-info-soft px-2 py-0.5 text-xs font-medium text-info-text"
    >
      <Vote className="size-3.5 shrink-0" aria-hidden />
      {t.votes.given(length, mine)}
    </span>
  );
}
