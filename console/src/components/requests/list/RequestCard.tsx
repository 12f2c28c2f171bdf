import { CalendarClock, Layers } from 'lucide-react';
import { memo } from 'react';
import { Link } from 'react-router';
import { deciderOf } from '@/api/lifecycle';
import type { RuledRequest, Ticket } from '@/api/types';
import type { Compared } from '@/hooks/useComparisons';
import { useSpeech } from '@/i18n';
import { useDecidingWords } from '@/i18n/deciding';
import { Ago } from '@/ui/Time';
import { ImpactBadge } from '@/components/requests/ImpactBadge';
import { Marks } from '@/components/requests/Marks';
import { StatusBadge } from '@/components/requests/StatusBadge';
import { RowActions } from './RowActions';
import { RuledMarks } from './RuledMarks';
import { ComparedVersion } from '@/components/requests/VersionChange';

/** Whether a row is selected, or why it can't be: too much is at stake, the reader has voted, or it was
 * decided while it was shown. */
export type Choice = 'selected' | 'free' | 'alone' | 'voted' | 'decided' | 'decided-by-you';

interface RequestCardProps {
  ticket: Ticket;
  /** The tenant as people call it. */
  tenant: string;
  compared: Compared | undefined;
  /** What rules keep it waiting for. */
  ruled: RuledRequest | undefined;
  choice: Choice | undefined;
  voted?: boolean;
  nameOf: (email: string) => string;
  onSelect: (id: string, on: boolean) => void;
  /** Where it can be decided from its row. */
  onApprove: ((ticket: Ticket) => void) | undefined;
}

/** One request in a list; the whole row leads to it. */
export const RequestCard = memo(function RequestCard({
  ticket,
  tenant,
  compared,
  ruled,
  choice,
  voted = false,
  nameOf,
  onSelect,
  onApprove,
}: RequestCardProps) {
  const { t, format } = useSpeech();
  const words = useDecidingWords();
  const { id, createdAt, createdBy } = ticket.metadata;
  const { target, request } = ticket.spec;
  const { state } = ticket.status;
  const date = request.scheduledDate;
  const others = typeof compared === 'object' ? compared.others.length : 0;
  const decided =
    choice === 'decided' ? t.list.decided : choice === 'decided-by-you' ? t.list.decidedByYou : undefined;
  // On the list of what waits every row would say so.
  const waits = choice !== undefined && state === 'pending';
  const decider = deciderOf(ticket);
  const by = decider && words.decidedBy[decider.action](nameOf(decider.by));
  return (
    <li
      data-request={id}
      className="row-lazy group relative flex items-center gap-3 border-b border-line px-3 py-2.5 last:border-b-0 hover:bg-hover has-[a:focus-visible]:bg-hover sm:px-4"
    >
      {choice !== undefined && (
        <label className="relative z-10 -m-2 grid size-8 shrink-0 place-items-center">
          <input
            type="checkbox"
            className="size-4 accent-accent"
            checked={choice === 'selected'}
            disabled={choice !== 'selected' && choice !== 'free'}
            aria-label={choice === 'alone' ? `${t.list.select(id)}: ${t.bulk.alone}` : t.list.select(id)}
            title={choice === 'alone' ? t.bulk.aloneHelp : undefined}
            onChange={(event) => onSelect(id, event.target.checked)}
          />
        </label>
      )}
      <div className="grid min-w-0 grow grid-cols-[7.75rem_minmax(0,1fr)] items-center gap-x-4 gap-y-1.5 sm:grid-cols-[7.75rem_minmax(0,1fr)_auto]">
        <div className="order-2 sm:order-1">
          <span className="inline-flex flex-wrap gap-1">
            {waits ? <ImpactBadge impact={request.impactAssessment} /> : <StatusBadge state={state} />}
            <Marks ticket={ticket} />
          </span>
          {decided && <span className="ms-2 text-xs text-muted sm:ms-0 sm:block">{decided}</span>}
        </div>
        <div className="order-1 col-span-2 min-w-0 sm:order-2 sm:col-span-1">
          <p>
            {/* The row's own link: its area is the whole row, so that all of it can be pressed. */}
            <Link
              to={`/requests/${id}`}
              data-row
              onClick={() => sessionStorage.setItem('prodgate-opened', id)}
              className="flex min-h-6 flex-col sm:flex-row sm:flex-wrap sm:items-center sm:gap-x-2 after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent-text"
            >
              <span className="max-w-full truncate font-semibold" title={target.name}>
                {target.name}
              </span>{' '}
              <span className="flex min-h-5 max-w-full flex-wrap items-center gap-x-2">
                <ComparedVersion version={target.version} compared={compared} />
                {others > 0 && (
                  <span
                    className="inline-flex items-center gap-1 text-xs whitespace-nowrap text-muted"
                    title={t.versions.others(others)}
                  >
                    <Layers className="size-3.5" aria-hidden />
                    {t.versions.othersShort(others)}
                  </span>
                )}
                <RuledMarks ticket={ticket} ruled={ruled} mine={voted} />
              </span>
            </Link>
          </p>
          <p className="truncate text-[0.8125rem] text-muted">
            <span className="font-mono text-xs">{id}</span> · {t.type[target.type]} · {tenant} ·{' '}
            <span title={createdBy}>{t.list.by(nameOf(createdBy))}</span>
            {by && <span className="lg:hidden"> · {by}</span>}
          </p>
        </div>
        <div className="order-3 flex flex-wrap items-center justify-end gap-x-4 gap-y-1 text-[0.8125rem] text-muted">
          {date && (
            <span className="inline-flex items-center gap-1">
              <CalendarClock className="size-3.5 shrink-0" aria-hidden />
              {t.list.scheduled(format.dateTime(date))}
            </span>
          )}
          {!waits && (
            // Has its place before anybody decides, so that nothing moves when somebody does.
            <span className="flex min-h-8 w-28 items-center max-lg:hidden" title={by}>
              <span className="line-clamp-2 leading-tight">{by}</span>
            </span>
          )}
          {!waits && (
            <span className="inline-flex sm:w-18">
              <ImpactBadge impact={request.impactAssessment} />
            </span>
          )}
          <span className="whitespace-nowrap sm:w-27 sm:text-end">
            <Ago at={createdAt} />
          </span>
          {waits && choice !== 'voted' && onApprove && (
            <RowActions what={`${target.name} ${target.version}`} onApprove={() => onApprove(ticket)} />
          )}
        </div>
      </div>
    </li>
  );
});
