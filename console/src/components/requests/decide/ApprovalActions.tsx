import { Check } from 'lucide-react';
import { useId } from 'react';
import { offered } from '@/api/lifecycle';
import type { Decision, Permissions, Ticket } from '@/api/types';
import { restOf } from '@/api/votes';
import { useSpeech } from '@/i18n';
import { useEmergencyWords } from '@/i18n/emergencies';
import { useVotingWords } from '@/i18n/voting';
import { refusalSentence } from '@/i18n/server';
import { Button, type Tone } from '@/ui/Button';
import { VoteNote } from './VoteNote';

interface ApprovalActionsProps {
  ticket: Ticket;
  permissions: Permissions;
  ask: (decision: Decision) => void;
}

const TONES: Record<Decision, Tone> = {
  approve: 'primary',
  unendorse: 'plain',
  retry: 'primary',
  reject: 'plain',
  cancel: 'plain',
  hold: 'plain',
  release: 'primary',
  emergency: 'danger',
  ratify: 'primary',
  refute: 'plain',
};

/** The decisions; one that is not allowed can be read with its reason, and does nothing. */
export function ApprovalActions({ ticket, permissions, ask }: ApprovalActionsProps) {
  const { t } = useSpeech();
  const words = useVotingWords();
  const urgent = useEmergencyWords();
  const id = useId();
  const decisions = offered(ticket, permissions);
  const refused = decisions.filter((decision) => !permissions[decision].allowed);
  // Two buttons refused for one reason say it once.
  const reasonOf = (decision: Decision) => {
    const said = refusalSentence(t, permissions[decision]) || t.errors.title;
    const { who: others, params } = permissions[decision];
    const who = others.map(({ name }) => name).join(', ');
    return who && !params?.['holders'] ? `${said} ${t.detail.whoMay(who)}` : said;
  };
  const reasons = [...new Set(refused.map(reasonOf))];
  const reasonId = (decision: Decision) => `${id}-${reasons.indexOf(reasonOf(decision))}`;
  const { votes, approve } = permissions;
  const voting = decisions.includes('approve') && approve.allowed ? votes : undefined;
  const asksVote = (decision: Decision) => decision === 'approve' && voting;
  const nameOf = (decision: Decision) =>
    decision === 'unendorse'
      ? words.back
      : asksVote(decision) && restOf(voting)
        ? words.button
        : decision === 'emergency' || decision === 'ratify' || decision === 'refute'
          ? urgent[decision]
          : t.detail[decision];
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap gap-2">
        {decisions.map((decision) => {
          const off = !permissions[decision].allowed;
          return (
            <Button
              key={decision}
              tone={TONES[decision]}
              off={off}
              className="grow"
              aria-describedby={off ? reasonId(decision) : asksVote(decision) ? `${id}-vote` : undefined}
              onClick={() => ask(decision)}
            >
              {decision === 'approve' && <Check className="size-4" aria-hidden />}
              {nameOf(decision)}
            </Button>
          );
        })}
      </div>
      {voting && <VoteNote votes={voting} id={`${id}-vote`} />}
      {reasons.map((reason, index) => (
        <p key={reason} id={`${id}-${index}`} className="text-[0.8125rem] text-muted">
          <span className="font-medium">
            {t.detail.why(
              refused
                .filter((decision) => reasonOf(decision) === reason)
                .map(nameOf)
                .join(', '),
            )}
          </span>{' '}
          {reason}
        </p>
      ))}
    </div>
  );
}
