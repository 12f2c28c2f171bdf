import { restOf, type Rest, type Votes } from '@/api/votes';
import { useSpeech } from '@/i18n';
import { useVotingWords } from '@/i18n/voting';
import type { Messages } from '@/i18n/en';

/** What is still missing, as people read it. */
export function restSaid(t: Messages, { count, need }: Rest): string {
  return need ? t.votes.need(need) : t.votes.more(count);
}

/** Says that an approval is one vote of several, and what is missing after it. */
export function VoteNote({ votes, id }: { votes: Votes; id?: string | undefined }) {
  const { t } = useSpeech();
  const words = useVotingWords();
  const rest = restOf(votes);
  return (
    <p id={id} className="text-[0.8125rem] text-muted">
      {rest ? words.rest(restSaid(t, rest)) : words.last}
    </p>
  );
}
