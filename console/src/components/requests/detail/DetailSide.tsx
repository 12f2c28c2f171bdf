import { withBehalf } from '@/api/behalf';
import { holdOf, offered, room } from '@/api/lifecycle';
import type { Decision, Permissions, Ticket } from '@/api/types';
import { EvidencePack } from '@/components/documents/EvidencePack';
import { Receipt } from '@/components/documents/Receipt';
import { useSession } from '@/auth/useSession';
import { usePinned } from '@/hooks/usePinned';
import { usePermissions } from '@/hooks/useRequests';
import { useSpeech } from '@/i18n';
import { explain } from '@/i18n/server';
import { Button } from '@/ui/Button';
import { cx } from '@/ui/classes';
import { OutLink } from '@/ui/OutLink';
import { Bone, Skeleton } from '@/ui/Skeleton';
import { jobAddress, workflowAddress } from './addresses';
import { EmergencySection } from './EmergencySection';
import { EscalationSection } from './EscalationSection';
import { OnBehalf } from './OnBehalf';
import { StandardSection } from './StandardSection';
import { VotesSection } from './Votes';
import { ApprovalActions } from '@/components/requests/decide/ApprovalActions';
import { Deciders } from '@/components/requests/Deciders';
import { Section } from '@/components/requests/sections';

interface DetailSideProps {
  ticket: Ticket;
  ask: (decision: Decision) => void;
  nameOf: (email: string) => string;
}

/** What can be done, by whom, and where else to look. */
export function DetailSide({ ticket, ask, nameOf }: DetailSideProps) {
  const { t } = useSpeech();
  const { state } = ticket.status;
  const pinned = usePinned();
  const { data: rights, error, refetch } = usePermissions(ticket.metadata.id);
  const data = rights && withBehalf(rights);
  const held = holdOf(ticket) !== undefined;
  const decisions = data ? offered(ticket, data) : room(ticket);
  // On a phone a decision that is the reader's own stays in reach at the bottom of the window; one that is not would
  // only cover what there is to read.
  const mine = data && decisions.every((decision) => data[decision].allowed);
  return (
    <aside className="contents gap-4 lg:sticky lg:top-17 lg:flex lg:flex-col print:hidden">
      {decisions.length > 0 && (
        <Section
          ref={pinned}
          title={t.detail.actions}
          className={cx(
            'max-lg:order-last',
            mine && 'max-lg:sticky max-lg:bottom-2 max-lg:z-10 max-lg:shadow-xl',
          )}
        >
          {data ? (
            <>
              <OnBehalf people={data.onBehalfOf} />
              <ApprovalActions ticket={ticket} permissions={data} ask={ask} />
            </>
          ) : error ? (
            <p>
              {explain(t, error)} <Button onClick={() => refetch()}>{t.common.retry}</Button>
            </p>
          ) : (
            <Skeleton>
              <Bone className="h-9 w-full" />
            </Skeleton>
          )}
        </Section>
      )}
      {data?.declared && <EmergencySection declared={data.declared} ratify={data.ratify} nameOf={nameOf} />}
      {data?.standard && <StandardSection standard={data.standard} />}
      {data?.votes ? (
        <VotesSection ticket={ticket} votes={data.votes} nameOf={nameOf} />
      ) : (
        state === 'pending' &&
        data && (
          <Section title={t.detail.deciders}>
            <Deciders people={data.deciders} />
          </Section>
        )
      )}
      {!!data?.escalation.length && <EscalationSection steps={data.escalation} />}
      {state === 'approved' && data && !data.cancel.allowed && (
        <Section title={t.detail.stoppers}>
          <Stoppers cancel={data.cancel} requester={ticket.metadata.createdBy} />
          {!held && !data.hold.allowed && data.hold.who.length > 0 && (
            <>
              <p className="mt-3 mb-1.5 text-[0.8125rem] text-muted">{t.detail.holders}</p>
              <Deciders people={data.hold.who} />
            </>
          )}
        </Section>
      )}
      {held && data && !data.release.allowed && data.release.who.length > 0 && (
        <Section title={t.detail.releasers}>
          <Deciders people={data.release.who} />
        </Section>
      )}
      <EvidencePack id={ticket.metadata.id} />
      <Receipt ticket={ticket} />
      <Elsewhere ticket={ticket} />
    </aside>
  );
}

interface StoppersProps {
  cancel: Permissions['cancel'] & { who?: Permissions['deciders'] };
  requester: string;
}

/** Who could withdraw what is approved and waits for its date or turn, said to those who can't. */
function Stoppers({ cancel: { who }, requester }: StoppersProps) {
  const { t } = useSpeech();
  if (!who.length) return <p>{t.detail.stoppersUnnamed(requester)}</p>;
  return (
    <>
      <p className="mb-1.5 text-[0.8125rem] text-muted">{t.detail.stoppersHelp}</p>
      <Deciders people={who} />
    </>
  );
}

function Elsewhere({ ticket }: { ticket: Ticket }) {
  const { t } = useSpeech();
  const { settings } = useSession();
  const job = ticket.status.history.findLast((entry) => entry.jobId)?.jobId;
  const workflow = workflowAddress(settings, ticket.metadata.id);
  const awx = job ? jobAddress(settings, job) : undefined;
  if (!workflow && !awx) return null;
  return (
    <Section title={t.detail.links}>
      <ul className="space-y-1">
        {workflow && (
          <li>
            <OutLink to={workflow}>{t.detail.workflow}</OutLink>
          </li>
        )}
        {awx && (
          <li>
            <OutLink to={awx}>{t.detail.awxJob}</OutLink>
          </li>
        )}
      </ul>
    </Section>
  );
}
