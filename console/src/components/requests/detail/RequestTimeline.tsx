import { awaitsLaunch, holdOf, lapseOf, standsInLine } from '@/api/lifecycle';
import type { Ticket } from '@/api/types';
import { counted } from '@/api/votes';
import { useNow } from '@/hooks/useNow';
import { useCommits, useLine, usePermissions } from '@/hooks/useRequests';
import { useTold } from '@/hooks/useTold';
import { useSpeech } from '@/i18n';
import { useVotingWords } from '@/i18n/voting';
import { useClosedSentence } from '@/components/requests/FreezeNotice';
import { TimelineEntry } from './TimelineEntry';

interface RequestTimelineProps {
  ticket: Ticket;
  nameOf: (email: string) => string;
}

/** What happened, oldest first, and what comes next. */
export function RequestTimeline({ ticket, nameOf }: RequestTimelineProps) {
  const { t, format } = useSpeech();
  const voting = useVotingWords();
  const sayClosed = useClosedSentence();
  const now = useNow();
  const { state } = ticket.status;
  const history = useTold(ticket);
  const commits = useCommits(ticket.metadata.id).data ?? [];
  const date = ticket.spec.request.scheduledDate;
  const waitsFor = date && Date.parse(date) > now ? t.detail.awaitingDate(format.dateTime(date)) : undefined;
  const anew = lapseOf(ticket)?.decideBy;
  const votes = usePermissions(ticket.metadata.id).data?.votes;
  const awaiting = votes ? voting.awaiting(counted(votes.missing)) : t.detail.awaiting;
  const closed = useLine(ticket.metadata.id, awaitsLaunch(ticket)).data?.closed;
  // A freeze that holds at its date keeps it longer than the date does.
  const launch = closed ? sayClosed(closed) : (waitsFor ?? t.detail.awaitingLaunch);
  const next: Partial<Record<typeof state, string>> = {
    pending: anew ? t.detail.awaitingAnew(format.dateTime(anew)) : awaiting,
    approved: holdOf(ticket) ? t.detail.awaitingRelease : launch,
    deploying: standsInLine(ticket) ? launch : t.detail.running,
    verifying: t.detail.verifying,
  };
  const upcoming = next[state];
  return (
    <ol>
      {history.map((entry, index) => (
        <TimelineEntry
          key={`${entry.action}-${entry.at}-${index}`}
          entry={entry}
          // Each entry is one commit, in the same order; one that Git doesn't hold yet has none.
          commit={commits[index]?.action === entry.action ? commits[index].commit : undefined}
          nameOf={nameOf}
          last={index === history.length - 1 && !upcoming}
        />
      ))}
      {upcoming && (
        <li className="flex gap-3">
          <span className="flex w-3 shrink-0 flex-col items-center pt-1">
            <span className="size-3 rounded-full border-2 border-edge" aria-hidden />
          </span>
          <p className="text-muted">{upcoming}</p>
        </li>
      )}
    </ol>
  );
}
