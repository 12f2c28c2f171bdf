import type { RuledRequest, Ticket } from '@/api/types';
import { EscalatedMark } from '@/components/requests/EscalatedMark';
import { FreezeMark } from '@/components/requests/FreezeMark';
import { VotesMark } from '@/components/requests/VotesMark';

interface RuledMarksProps {
  ticket: Ticket;
  /** What rules keep it waiting for; nothing where they say nothing, or it is not known. */
  ruled: RuledRequest | undefined;
  /** Whether the reader's own vote is among those that were given. */
  mine: boolean;
}

/** What the company's rules say of a row: votes that are missing, that others were asked, that nothing is launched. */
export function RuledMarks({ ticket, ruled, mine }: RuledMarksProps) {
  return (
    <>
      <VotesMark ticket={ticket} votes={ruled?.votes} mine={mine} />
      {ruled?.escalated && <EscalatedMark at={ruled.escalated} />}
      {ruled?.closed && <FreezeMark closed={ruled.closed} />}
    </>
  );
}
