import { CircleCheck, CircleDashed, CircleMinus, CircleX, LoaderCircle } from 'lucide-react';
import type { Ticket } from '@/api/types';
import type { Outcome } from '@/hooks/useBulk';
import { ContractMark } from '@/components/contract/ContractMark';
import type { Compared } from '@/hooks/useComparisons';
import type { ContractRead } from '@/hooks/useContract';
import { usePeople } from '@/hooks/usePeople';
import { useSpeech } from '@/i18n';
import { useVotingWords } from '@/i18n/voting';
import { explain } from '@/i18n/server';
import { cx } from '@/ui/classes';
import { OutLink } from '@/ui/OutLink';
import { ImpactBadge } from '@/components/requests/ImpactBadge';
import { FailedChecks } from '@/components/requests/detail/PreChecks';
import { ComparedVersion } from '@/components/requests/VersionChange';

interface BulkRowProps {
  ticket: Ticket;
  compared: Compared | undefined;
  contract: ContractRead;
  outcome: Outcome | 'left-out';
}

/** One of several requests that are decided together: what an approver has to know of it, and what became of it. */
export function BulkRow({ ticket, compared, contract, outcome }: BulkRowProps) {
  const { t, format } = useSpeech();
  const voting = useVotingWords();
  const nameOf = usePeople();
  const { target, request, preChecks } = ticket.spec;
  const { id, createdBy } = ticket.metadata;
  const date = request.scheduledDate;
  return (
    <li data-request={id} className="flex items-start gap-3 px-3 py-2">
      <OutcomeIcon outcome={outcome} />
      <div className={cx('min-w-0 grow text-[0.8125rem]', outcome === 'left-out' && 'text-muted')}>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
          <span className="text-sm font-medium">{target.name}</span>
          <ComparedVersion version={target.version} compared={compared} />
          <ImpactBadge impact={request.impactAssessment} />
        </div>
        {outcome === 'voted' && <p className="font-medium">{voting.one}</p>}
        {outcome === 'left-out' && <p className="font-medium">{t.bulk.leftOut}</p>}
        <p className="text-muted">
          <OutLink to={`/requests/${id}`}>{id}</OutLink> · {t.list.by(nameOf(createdBy))}
          {date && ` · ${t.list.scheduled(format.dateTime(date))}`}
        </p>
        <ContractMark contract={contract} />
        <FailedChecks checks={preChecks} />
        <p className="line-clamp-2 whitespace-pre-wrap">{request.justification}</p>
        {typeof outcome === 'object' && <p className="text-danger-text">{explain(t, outcome.error)}</p>}
      </div>
    </li>
  );
}

function OutcomeIcon({ outcome }: Pick<BulkRowProps, 'outcome'>) {
  const { t } = useSpeech();
  const [Icon, color, name] =
    outcome === 'done' || outcome === 'voted'
      ? [CircleCheck, 'text-ok-text', t.decide.bulkDone]
      : outcome === 'running'
        ? [LoaderCircle, 'text-info-text motion-safe:animate-spin', t.decide.bulkRunning]
        : outcome === 'left-out'
          ? [CircleMinus, 'text-muted', t.bulk.leftOut]
          : outcome === 'waiting'
            ? [CircleDashed, 'text-muted', t.decide.bulkWaiting]
            : [CircleX, 'text-danger-text', t.errors.title];
  return <Icon className={`mt-0.5 size-4 shrink-0 ${color}`} role="img" aria-label={name} />;
}
