import { useEffect, useRef } from 'react';
import type { Ticket, VoteCount } from '@/api/types';
import { isPending } from '@/api/lifecycle';
import { hasVoted } from '@/api/votes';
import { VotesMark } from '@/components/requests/VotesMark';
import { useCaller } from '@/shell/useCaller';
import { usePeople } from '@/hooks/usePeople';
import { useRuled } from '@/hooks/useRuled';
import { useSpeech } from '@/i18n';
import { useVotingWords } from '@/i18n/voting';
import { useDecidingWords } from '@/i18n/deciding';
import { cx } from '@/ui/classes';
import { Ago } from '@/ui/Time';
import { ImpactBadge } from '@/components/requests/ImpactBadge';
import { StatusBadge } from '@/components/requests/StatusBadge';
import type { Triage } from './useTriage';

/** The requests beside the one that is shown; those that were decided stay in their place. */
export function TriageList({ tickets, triage }: { tickets: readonly Ticket[]; triage: Triage }) {
  const words = useDecidingWords();
  const ruled = useRuled(tickets);
  return (
    <nav
      aria-label={words.list}
      className="overflow-y-auto rounded-lg border border-line bg-surface max-lg:hidden lg:sticky lg:top-17 lg:max-h-[calc(100dvh-6rem)]"
    >
      <ul>
        {tickets.map((ticket) => (
          <TriageRow
            key={ticket.metadata.id}
            ticket={ticket}
            shown={ticket.metadata.id === triage.at}
            leaving={triage.leaving.get(ticket.metadata.id)}
            votes={ruled.of(ticket.metadata.id)?.votes}
            go={triage.go}
          />
        ))}
      </ul>
    </nav>
  );
}

interface TriageRowProps {
  ticket: Ticket;
  shown: boolean;
  /** Whether what is on its way is one vote of several; undefined where nothing is. */
  leaving: boolean | undefined;
  votes: VoteCount | null | undefined;
  go: (id: string) => void;
}

function TriageRow({ ticket, shown, leaving, votes, go }: TriageRowProps) {
  const { t } = useSpeech();
  const voting = useVotingWords();
  const words = useDecidingWords();
  const nameOf = usePeople();
  const row = useRef<HTMLButtonElement>(null);
  const { id, createdAt, createdBy } = ticket.metadata;
  const { target, request } = ticket.spec;
  const goes = leaving !== undefined;
  const { email } = useCaller();
  const mine = hasVoted(ticket, email);
  const waits = isPending(ticket) && !goes && !mine;
  useEffect(() => {
    if (shown) row.current?.scrollIntoView({ block: 'nearest' });
  }, [shown]);
  return (
    <li data-request={id} className="row-lazy border-b border-line last:border-b-0">
      <button
        ref={row}
        type="button"
        onClick={() => go(id)}
        aria-current={shown || undefined}
        className={cx(
          'flex w-full flex-col gap-0.5 border-s-4 px-3 py-2 text-start hover:bg-hover focus-visible:-outline-offset-2',
          shown ? 'border-accent-text bg-accent-soft' : 'border-transparent',
        )}
      >
        <span className={cx('w-full truncate font-semibold', !waits && 'font-normal text-muted')}>
          {target.name}
        </span>
        <span className="flex flex-wrap items-center gap-x-3 text-[0.8125rem]">
          <span className="font-mono">{target.version}</span>
          {waits && <ImpactBadge impact={request.impactAssessment} />}
          {goes && <span className="text-info-text">{leaving ? voting.leaving : words.leaving}</span>}
          {!isPending(ticket) && !goes && <StatusBadge state={ticket.status.state} />}
          {!goes && <VotesMark ticket={ticket} votes={votes} mine={mine} />}
        </span>
        <span className="text-xs text-muted">
          {t.list.by(nameOf(createdBy))} · <Ago at={createdAt} />
        </span>
      </button>
    </li>
  );
}
