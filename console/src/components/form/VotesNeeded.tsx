import type { Checked } from '@/api/types';
import { Deciders } from '@/components/requests/Deciders';
import { useSpeech } from '@/i18n';
import { useVotingWords } from '@/i18n/voting';
import { needed } from '@/i18n/votes';

/** Who could approve what is asked for; where the company's rules ask for several, how many of whom. */
export function VotesNeeded({ checked: { votes, approvers } }: { checked: Checked }) {
  const { t } = useSpeech();
  const words = useVotingWords();
  if (!votes) return <Deciders people={approvers} />;
  return (
    <>
      <p className="font-medium">{words.willNeed(needed(t.votes, votes.needs))}</p>
      {votes.rule && (
        <p className="mb-1.5 text-[0.8125rem] text-muted">
          {words.rule} <span className="font-mono">{votes.rule}</span>
        </p>
      )}
      <Deciders people={votes.asked} />
    </>
  );
}
