import { characters } from '@/api/characters';
import { LIMITS } from '@/api/limits';
import { needsReason } from '@/api/lifecycle';
import type { Decision, Ticket } from '@/api/types';
import { restOf } from '@/api/votes';
import { useNow } from '@/hooks/useNow';
import { usePermissions } from '@/hooks/useRequests';
import { useSpeech } from '@/i18n';
import { useEmergencyWords } from '@/i18n/emergencies';
import { useVotingWords } from '@/i18n/voting';
import type { Messages } from '@/i18n/en';
import { restSaid } from './VoteNote';

/** A reason's least length, after trimming; the server's document gives no number for it. */
const REASON_MIN = 10;

/** What is wrong with a comment or reason, by the server's rules; undefined where nothing is. */
export function decisionFault(t: Messages, decision: Decision, text: string): string | undefined {
  const reasoned = needsReason(decision);
  const { max } = reasoned ? LIMITS.reason : LIMITS.comment;
  const length = characters(text);
  if (length > max) return t.form.faults.long(max);
  const trimmed = characters(text.trim());
  return reasoned && trimmed < REASON_MIN ? t.form.faults.short(REASON_MIN, trimmed) : undefined;
}

/** What the dialog for a decision says. */
export function useDecisionWords(decision: Decision, ticket: Ticket) {
  const { t, format } = useSpeech();
  const voting = useVotingWords();
  const urgent = useEmergencyWords();
  const now = useNow();
  const rest = restOf(usePermissions(ticket.metadata.id).data?.votes);
  const { name, version } = ticket.spec.target;
  const { id } = ticket.metadata;
  const date = ticket.spec.request.scheduledDate;
  const what = `${name} ${version}`;
  const comment = { label: t.decide.comment, labelHelp: t.decide.commentHelp };
  const reason = { label: t.decide.reason, labelHelp: t.decide.reasonHelp };
  const vote = { ...comment, labelHelp: voting.commentHelp };
  const answer = { ...reason, label: urgent.answerReason };
  const waitsFor = date && Date.parse(date) > now ? format.dateTime(date) : undefined;
  return {
    approve: {
      title: rest ? voting.askTitle(what) : t.decide.approveTitle(what),
      help: rest
        ? voting.askHelp(restSaid(t, rest))
        : waitsFor
          ? t.decide.approveHelpDate(waitsFor)
          : t.decide.approveHelp,
      ...(rest ? vote : comment),
      confirm: rest ? voting.confirm : t.decide.confirmApprove,
      done: t.decide.approved(id),
    },
    unendorse: {
      title: voting.backTitle(what),
      help: voting.backHelp,
      ...vote,
      confirm: voting.backConfirm,
      done: voting.backDone(id),
    },
    reject: {
      title: t.decide.rejectTitle(what),
      help: t.decide.rejectHelp,
      ...reason,
      confirm: t.decide.confirmReject,
      done: t.decide.rejected(id),
    },
    cancel: {
      title: t.decide.cancelTitle(what),
      help: t.decide.cancelHelp,
      ...comment,
      confirm: t.decide.confirmCancel,
      done: t.decide.cancelled(id),
    },
    retry: {
      title: t.decide.retryTitle(what),
      help: t.decide.retryHelp,
      ...comment,
      confirm: t.decide.confirmRetry,
      done: t.decide.retried(id),
    },
    hold: {
      title: t.decide.holdTitle(what),
      help: t.decide.holdHelp,
      ...reason,
      confirm: t.decide.confirmHold,
      done: t.decide.onHold(id),
    },
    release: {
      title: t.decide.releaseTitle(what),
      help: waitsFor ? t.decide.releaseHelpDate(waitsFor) : t.decide.releaseHelp,
      ...reason,
      confirm: t.decide.confirmRelease,
      done: t.decide.released(id),
    },
    emergency: {
      title: urgent.askTitle(what),
      help: urgent.askHelp,
      label: urgent.reason,
      labelHelp: urgent.reasonHelp,
      confirm: urgent.confirm,
      done: urgent.declared(id),
    },
    ratify: {
      title: urgent.ratifyTitle(what),
      help: urgent.ratifyHelp,
      ...answer,
      confirm: urgent.ratify,
      done: urgent.ratified(id),
    },
    refute: {
      title: urgent.refuteTitle(what),
      help: urgent.refuteHelp,
      ...answer,
      confirm: urgent.refute,
      done: urgent.refuted(id),
    },
  }[decision];
}
