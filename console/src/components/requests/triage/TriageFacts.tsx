import type { RefObject } from 'react';
import { Link } from 'react-router';
import type { Ticket } from '@/api/types';
import { Contract } from '@/components/contract/Contract';
import { useCompared } from '@/hooks/useComparisons';
import { useSpeech } from '@/i18n';
import { LazyMarkdown } from '@/ui/LazyMarkdown';
import { Ago, When } from '@/ui/Time';
import { Changes } from '@/components/requests/detail/Changes';
import { NotProven } from '@/components/requests/detail/NotProven';
import { PreChecks } from '@/components/requests/detail/PreChecks';
import { FrozenNow } from '@/components/requests/FreezeNotice';
import { ImpactBadge } from '@/components/requests/ImpactBadge';
import { Marks } from '@/components/requests/Marks';
import { Part, Section, Typed } from '@/components/requests/sections';
import { SinceLast } from '@/components/requests/SinceLast';
import { StatusBadge } from '@/components/requests/StatusBadge';
import { ChangeWarning } from '@/components/requests/VersionChange';

interface TriageFactsProps {
  ticket: Ticket;
  heading: RefObject<HTMLHeadingElement | null>;
  nameOf: (email: string) => string;
}

/** What an approver has to know of a request, what changes first. */
export function TriageFacts({ ticket, heading, nameOf }: TriageFactsProps) {
  const { t } = useSpeech();
  const { request, preChecks, target } = ticket.spec;
  const { id } = ticket.metadata;
  const compared = useCompared(ticket);
  return (
    <div className="space-y-3">
      <Headline ticket={ticket} heading={heading} nameOf={nameOf} />
      <NotProven id={id} />
      <FrozenNow ticket={ticket} />
      {typeof compared === 'object' && (
        <ChangeWarning before={compared.replaces} version={target.version} direction={compared.direction} />
      )}
      <div className="grid gap-3 xl:grid-cols-[3fr_2fr]">
        <Section title={t.detail.changes}>
          <Changes ticket={ticket} />
          <Contract ticket={ticket} most={5} />
          <div className="not-first:mt-3 empty:hidden">
            <SinceLast ticket={ticket} />
          </div>
        </Section>
        <Section title={t.detail.preChecks}>
          <PreChecks id={id} checks={preChecks} />
        </Section>
      </div>
      <Section title={t.detail.justification}>
        <Typed text={request.justification} />
        <Part title={t.detail.releaseNotes}>
          <LazyMarkdown text={request.releaseNotes} />
        </Part>
        <Part title={t.detail.rollback}>
          <Typed text={request.rollbackPlan} />
        </Part>
      </Section>
    </div>
  );
}

function Headline({ ticket, heading, nameOf }: TriageFactsProps) {
  const { t } = useSpeech();
  const { request, target } = ticket.spec;
  const { id, createdAt, createdBy } = ticket.metadata;
  const { state } = ticket.status;
  return (
    <header>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 ref={heading} tabIndex={-1} className="text-lg font-semibold outline-none">
          {target.name} <span className="font-mono text-base font-normal">{target.version}</span>
        </h2>
        {state !== 'pending' && <StatusBadge state={state} />}
        <Marks ticket={ticket} />
        <ImpactBadge impact={request.impactAssessment} />
      </div>
      <p className="text-[0.8125rem] text-muted">
        <Link
          to={`/requests/${id}`}
          className="font-mono text-accent-text underline-offset-2 hover:underline"
        >
          {id}
        </Link>{' '}
        · <span title={createdBy}>{t.list.by(nameOf(createdBy))}</span> · <Ago at={createdAt} /> ·{' '}
        {request.scheduledDate ? (
          <>
            {t.detail.schedule} <When at={request.scheduledDate} />
          </>
        ) : (
          t.detail.asap
        )}
      </p>
    </header>
  );
}
