import { CircleCheck, CircleDashed } from 'lucide-react';
import { isPending } from '@/api/lifecycle';
import type { Ticket } from '@/api/types';
import { counted, type Need, type Votes } from '@/api/votes';
import { Deciders } from '@/components/requests/Deciders';
import { Part, Section } from '@/components/requests/sections';
import { useSpeech } from '@/i18n';
import { useDelegationWords } from '@/i18n/delegations';
import { useVotingWords } from '@/i18n/voting';
import { When } from '@/ui/Time';

interface VotesSectionProps {
  ticket: Ticket;
  votes: Votes;
  nameOf: (email: string) => string;
}

/** The votes on a request that takes more than one: what they need, who gave one, who is asked; later, who gave them. */
export function VotesSection({ ticket, votes, nameOf }: VotesSectionProps) {
  const words = useVotingWords();
  const { given, needs, missing, asked, rule, unfillable } = votes;
  const voted = <Given given={given} nameOf={nameOf} />;
  if (!isPending(ticket)) {
    return given.length > 1 ? <Section title={words.title}>{voted}</Section> : null;
  }
  const all = counted(needs);
  return (
    <Section title={words.title}>
      <p className="font-medium">{words.progress(all - counted(missing), all)}</p>
      {rule && (
        <p className="text-[0.8125rem] text-muted">
          {words.rule} <span className="font-mono">{rule}</span>
        </p>
      )}
      <Part title={words.needs}>
        <Needs needs={needs} missing={missing} unfillable={unfillable} />
      </Part>
      <Part title={words.voted}>{voted}</Part>
      <Part title={words.asked}>
        <Deciders people={asked} />
      </Part>
    </Section>
  );
}

/** Each need with what is missing of it; the shape, the colour and the words say the same. */
function Needs({ needs, missing, unfillable }: Pick<Votes, 'needs' | 'missing' | 'unfillable'>) {
  const { t } = useSpeech();
  const words = useVotingWords();
  return (
    <ul className="space-y-1.5">
      {needs.map((need, index) => {
        const left = countOf(missing, need);
        const never = countOf(unfillable, need);
        const Icon = left ? CircleDashed : CircleCheck;
        return (
          <li key={index} className="flex gap-2">
            <Icon
              className={`mt-0.5 size-4 shrink-0 ${left ? 'text-warn-text' : 'text-ok-text'}`}
              aria-hidden
            />
            <div>
              <p>{t.votes.need(need)}</p>
              <p className="text-[0.8125rem] text-muted">{left ? words.missing(left) : words.complete}</p>
              {never > 0 && <p className="text-[0.8125rem] text-warn-text">{words.unfillable(never)}</p>}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

const countOf = (needs: readonly Need[], { role, group }: Need) =>
  needs.find((each) => each.role === role && each.group === group)?.count ?? 0;

/** Who voted, when, and what they said. */
function Given({ given, nameOf }: { given: Votes['given']; nameOf: (email: string) => string }) {
  const words = useVotingWords();
  const delegated = useDelegationWords();
  if (!given.length) return <p className="text-muted">{words.nobody}</p>;
  return (
    <ul className="space-y-1.5">
      {given.map(({ by, at, comment, onBehalfOf }) => (
        <li key={by}>
          <p title={by}>{onBehalfOf ? delegated.behalf(nameOf(by), nameOf(onBehalfOf)) : nameOf(by)}</p>
          <p className="text-[0.8125rem] text-muted">
            <When at={at} />
          </p>
          {comment && <p className="border-s-2 border-line ps-3 whitespace-pre-wrap">{comment}</p>}
        </li>
      ))}
    </ul>
  );
}
