import { Vote } from 'lucide-react';
import { isPending } from '@/api/lifecycle';
import type { Ticket, VoteCount } from '@/api/types';
import { votesOn } from '@/api/votes';
import { useSpeech } from '@/i18n';

interface VotesMarkProps {
  ticket: Ticket;
  /** How many it takes by a rule; nothing where one approval is enough, or it is not known. */
  votes?: VoteCount | null | undefined;
  /** Whether the reader's own vote is among those that were given. */
  mine: boolean;
}

/** Says of a request that waits for several people how many are missing; as long as that is not known, how many voted. */
export function VotesMark({ ticket, votes, mine }: VotesMarkProps) {
  const { t } = useSpeech();
  const given = votesOn(ticket).length;
  if (!isPending(ticket) || !(votes ?? given)) return null;
  return (
    <span
      data-mark="votes"
      className="inline-flex items-center gap-1 text-xs font-medium whitespace-nowrap text-info-text"
    >
      <Vote className="size-3.5 shrink-0" aria-hidden />
      {votes ? t.votes.lacking(votes.missing, votes.needed, mine) : t.votes.given(given, mine)}
    </span>
  );
}
