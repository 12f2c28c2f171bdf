import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { holdOf, lapseOf, standsInLine } from '@/api/lifecycle';
import type { Line, Ticket } from '@/api/types';
import { useLine } from '@/hooks/useRequests';
import { useTold } from '@/hooks/useTold';
import { useSpeech } from '@/i18n';
import { Notice } from '@/ui/Notice';
import { When } from '@/ui/Time';
import { FrozenNow } from '@/components/requests/FreezeNotice';
import { StatusBadge } from '@/components/requests/StatusBadge';

interface StandingProps {
  ticket: Ticket;
  nameOf: (email: string) => string;
}

/** What an open request waits for that nobody expects: a freeze's end, a release, another approval, others of its target. */
export function Standing({ ticket, nameOf }: StandingProps) {
  return (
    <>
      <div className="mt-4 empty:hidden">
        <FrozenNow ticket={ticket} />
      </div>
      <Awaited ticket={ticket} nameOf={nameOf} />
    </>
  );
}

function Awaited({ ticket, nameOf }: StandingProps) {
  const { t } = useSpeech();
  const hold = holdOf(ticket);
  const told = useTold(ticket);
  const lapse = lapseOf(ticket) && told.findLast((entry) => entry.action === 'lapsed');
  if (hold) {
    return (
      <Stands title={t.detail.heldBy(nameOf(hold.by))}>
        {hold.reason && <p className="max-w-prose whitespace-pre-wrap">{hold.reason}</p>}
        <p className="text-muted">
          {t.detail.since} <When at={hold.at} /> · {t.detail.heldHelp}
        </p>
      </Stands>
    );
  }
  if (lapse) {
    return (
      <Stands title={t.detail.lapsedTitle}>
        {lapse.reason && <p className="max-w-prose">{lapse.reason}</p>}
        {lapse.decideBy && (
          <p className="text-muted">
            {t.detail.decideBy} <When at={lapse.decideBy} />
          </p>
        )}
      </Stands>
    );
  }
  return standsInLine(ticket) ? <Behind id={ticket.metadata.id} /> : null;
}

function Stands({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="mt-4">
      <Notice look="warn" title={title}>
        {children}
      </Notice>
    </div>
  );
}

/** Who deploys first to the same target. */
function Behind({ id }: { id: string }) {
  const { t } = useSpeech();
  const ahead = useLine(id, true).data?.ahead ?? [];
  if (!ahead.length) return null;
  return (
    <div className="mt-4">
      <Notice look="info" title={t.detail.behind}>
        <ol className="mt-0.5 space-y-1">
          {ahead.map((each, index) => (
            <Ahead key={each.id ?? index} {...each} />
          ))}
        </ol>
      </Notice>
    </div>
  );
}

function Ahead({ id, state, since }: NonNullable<Line['ahead']>[number]) {
  const { t } = useSpeech();
  return (
    <li className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
      {id ? (
        <Link
          to={`/requests/${id}`}
          className="inline-flex min-h-6 items-center font-mono text-[0.8125rem] text-accent-text underline-offset-2 hover:underline"
        >
          {id}
        </Link>
      ) : (
        <span>{t.detail.another}</span>
      )}
      <StatusBadge state={state} />
      <span className="text-[0.8125rem] text-muted">
        {t.detail.since.toLowerCase()} <When at={since} />
      </span>
    </li>
  );
}
