import { FileQuestionMark } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useParams, useSearchParams } from 'react-router';
import { ApiProblem } from '@/api/problem';
import { decides } from '@/api/rights';
import { DECISIONS, type Decision } from '@/api/types';
import { Announcements } from '@/components/requests/detail/Announcements';
import { Contract } from '@/components/contract/Contract';
import { Changes } from '@/components/requests/detail/Changes';
import { DecisionDialog } from '@/components/requests/decide/DecisionDialog';
import { DetailSide } from '@/components/requests/detail/DetailSide';
import { Ended } from '@/components/requests/detail/Ended';
import { tenantName } from '@/components/requests/people';
import { PreChecks } from '@/components/requests/detail/PreChecks';
import { RequestHeader } from '@/components/requests/detail/RequestHeader';
import { RequestTimeline } from '@/components/requests/detail/RequestTimeline';
import { NextWaiting } from '@/components/requests/decide/NextWaiting';
import { useDecisionKeys } from '@/components/requests/decide/useDecisionKeys';
import { SinceLast } from '@/components/requests/SinceLast';
import { Part, Section, Typed } from '@/components/requests/sections';
import { NotProven } from '@/components/requests/detail/NotProven';
import { Standing } from '@/components/requests/detail/Standing';
import { useReadOut } from '@/hooks/useReadOut';
import { usePageTitle } from '@/hooks/usePageTitle';
import { useNames } from '@/hooks/useNames';
import { useCommits, useDifference, usePermissions, useTicket, type Read } from '@/hooks/useRequests';
import { useSettled } from '@/hooks/useSettled';
import { useSteady } from '@/hooks/useSteady';
import { useSpeech } from '@/i18n';
import { useCaller } from '@/shell/useCaller';
import { PageSkeleton } from '@/shell/Shell';
import { ButtonLink } from '@/ui/Button';
import { Empty } from '@/ui/Empty';
import { LazyMarkdown } from '@/ui/LazyMarkdown';
import { NotRead } from '@/ui/NotRead';

export default function RequestDetail() {
  const { t } = useSpeech();
  const { id = '' } = useParams();
  const { data, error, isPending, refetch } = useTicket(id);
  // Asked for together with the request, so that the page has them sooner.
  useDifference(id);
  usePermissions(id);
  useCommits(id);
  usePageTitle(data ? `${id} ${data.ticket.spec.target.name}` : id);
  if (data) return <Settling key={id} read={data} />;
  if (isPending) return <PageSkeleton />;
  if (error instanceof ApiProblem && error.status === 404) {
    return (
      <Empty
        icon={FileQuestionMark}
        heading="h1"
        title={t.detail.notFound}
        help={t.detail.notFoundHelp}
        action={<ButtonLink to="/requests">{t.errors.home}</ButtonLink>}
      />
    );
  }
  return <NotRead error={error} retry={refetch} />;
}

/** The page once it stands still; from then on it is shown, whatever is read again. */
function Settling({ read }: { read: Read }) {
  // The commits name people, and lengthen the timeline.
  const { isLoading, failureCount } = useCommits(read.ticket.metadata.id);
  const settled = useSteady(true, useSettled(read.ticket) && (!isLoading || failureCount > 0));
  return settled ? <Detail read={read} /> : <PageSkeleton />;
}

function Detail({ read: { ticket, etag } }: { read: Read }) {
  const { t, format } = useSpeech();
  const me = useCaller();
  const { id } = ticket.metadata;
  const { request, preChecks } = ticket.spec;
  const tenant = tenantName(me, ticket.metadata.tenant);
  const nameOf = useNames(id);
  const [asked, ask] = useAsked();
  const readOut = useReadOut(ticket, nameOf);
  const [decided, setDecided] = useState(false);
  useDecisionKeys(ticket, ask);

  return (
    <>
      <p role="status" className="sr-only">
        {readOut}
      </p>
      <RequestHeader ticket={ticket} tenant={tenant} nameOf={nameOf} />
      {decided && <NextWaiting after={id} />}
      <Ended ticket={ticket} nameOf={nameOf} mayAsk={me.creates.includes(ticket.metadata.tenant)} />
      <NotProven id={id} />
      <Standing ticket={ticket} nameOf={nameOf} />
      <div className="mt-4 flex flex-col gap-4 lg:grid lg:grid-cols-[minmax(0,1fr)_19rem] lg:items-start print:block">
        <div className="min-w-0 space-y-4">
          <Section title={t.detail.changes}>
            <Changes ticket={ticket} />
            <Contract ticket={ticket} />
            {ticket.status.state === 'pending' && (
              <div className="mt-3 empty:hidden">
                <SinceLast ticket={ticket} />
              </div>
            )}
          </Section>
          <Section title={t.detail.justification}>
            <Typed text={request.justification} />
            <Part title={t.detail.releaseNotes}>
              <LazyMarkdown text={request.releaseNotes} />
            </Part>
            <Part title={t.detail.rollback}>
              <Typed text={request.rollbackPlan} />
            </Part>
          </Section>
          <Section title={t.detail.preChecks}>
            <PreChecks id={id} checks={preChecks} />
          </Section>
          <Section title={t.detail.timeline}>
            <RequestTimeline ticket={ticket} nameOf={nameOf} />
          </Section>
          <Announcements id={id} />
        </div>
        <DetailSide ticket={ticket} ask={ask} nameOf={nameOf} />
      </div>
      <p className="mt-6 hidden text-muted print:block">
        {t.detail.printed(format.dateTime(new Date().toISOString()), window.location.href)}
      </p>
      {asked && (
        <DecisionDialog
          decision={asked}
          ticket={ticket}
          etag={etag}
          nameOf={nameOf}
          onClose={() => ask(undefined)}
          onDecided={() => setDecided(asked !== 'unendorse' && decides(me))}
        />
      )}
    </>
  );
}

/** The decision that is being asked about. A sign-in in between returns to it by the address. */
function useAsked(): [Decision | undefined, (decision: Decision | undefined) => void] {
  const [search, setSearch] = useSearchParams();
  const [asked, ask] = useState(() => DECISIONS.find((each) => each === search.get('decide')));
  useEffect(() => {
    if (search.has('decide')) setSearch({}, { replace: true });
  }, [search, setSearch]);
  return [asked, ask];
}
