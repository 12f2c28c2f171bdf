import { restOf, type Rest, type Votes } from '@/api/votes';
import { useSpeech } from '@/i18n';
import type { Messages } from '@/i18n/en';

/** What is still missing, as people read it. */
export function restSaid(t: Messages, { count, need }: Rest): string {
  return need ? t.votes.need(need) : t.votes.more(count);
}

/** Says that an approval is one vote of several, and what is missing after it. */
export function VoteNote({ votes, id }: { votes: Votes; id?: string | undefined }) {
  const { t } = useSpeech();
  const rest = restOf(votes);
  return (
    <p id={id} className="text-[0.8125rem] text-muted">
      {rest ? t.votes.rest(restSaid(t, rest)) : t.votes.last}
    </p>
  );
}
