import { CalendarClock, CirclePause } from 'lucide-react';
import type { QueuedRequest, TargetQueue } from '@/api/types';
import { FreezeMark } from '@/components/requests/FreezeMark';
import { RequestLink, TargetLink, TenantLink } from '@/components/requests/links';
import { tenantName } from '@/components/requests/people';
import { StatusBadge } from '@/components/requests/StatusBadge';
import { usePeople } from '@/hooks/usePeople';
import { useSpeech } from '@/i18n';
import { usePlaceWords } from '@/i18n/places';
import { useCaller } from '@/shell/useCaller';
import { Ago, When } from '@/ui/Time';

/** The line of one target, whoever deploys or is next first, and what waits beside it. */
export function QueueOfTarget({ queue }: { queue: TargetQueue }) {
  const { t } = useSpeech();
  const me = useCaller();
  const { tenant, type, name, requests } = queue;
  return (
    <section className="rounded-lg border border-line bg-surface px-4 py-3 sm:px-5">
      <h2 className="font-semibold wrap-anywhere">
        <TargetLink target={queue} className="inline-flex min-h-6 items-center" />
      </h2>
      <p className="text-[0.8125rem] text-muted">
        {t.type[type]} · <TenantLink tenant={tenant} name={tenantName(me, tenant)} />
      </p>
      <ol className="mt-2 divide-y divide-line" aria-label={name}>
        {requests.map((request, index) => (
          <Queued key={request.id ?? index} request={request} ahead={index} />
        ))}
      </ol>
    </section>
  );
}

function Queued({ request, ahead }: { request: QueuedRequest; ahead: number }) {
  const { t } = useSpeech();
  const nameOf = usePeople();
  const words = usePlaceWords().queue;
  const { id, version, createdBy } = request;
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-0.5 py-2">
      <p className="flex min-w-0 flex-wrap items-center gap-x-2">
        {version && <span className="font-mono text-[0.8125rem] font-medium">{version}</span>}
        {id ? <RequestLink id={id} /> : <span className="text-muted">{words.hidden}</span>}
        {createdBy && (
          <span className="text-[0.8125rem] text-muted" title={createdBy}>
            {t.list.by(nameOf(createdBy))}
          </span>
        )}
      </p>
      <p className="flex flex-wrap items-center gap-x-2 text-[0.8125rem] text-muted">
        <Standing request={request} ahead={ahead} />
      </p>
    </li>
  );
}

/** Whether it deploys, is next, waits behind others, for the end of a freeze, for its date, or for somebody. */
function Standing({
  request: { place, state, since, scheduledDate, closed },
  ahead,
}: {
  request: QueuedRequest;
  ahead: number;
}) {
  const { t } = useSpeech();
  const words = usePlaceWords().queue;
  if (place === 'held') {
    return (
      <>
        <CirclePause className="size-3.5" aria-hidden />
        <span>
          {t.marks.held} · <Ago at={since} />
        </span>
      </>
    );
  }
  if (place === 'scheduled') {
    return (
      <>
        <CalendarClock className="size-3.5" aria-hidden />
        <span>
          {words.scheduled} <When at={scheduledDate ?? since} />
        </span>
        {closed && <FreezeMark closed={closed} />}
      </>
    );
  }
  // Nothing is next in a freeze.
  const next = closed ? undefined : words.next;
  const runs = state === 'deploying' || state === 'verifying';
  const turn = runs ? undefined : ahead === 0 ? next : words.behind(ahead);
  return (
    <>
      {runs && <StatusBadge state={state} />}
      {closed && <FreezeMark closed={closed} />}
      <span>
        {turn && `${turn} · `}
        <Ago at={since} />
      </span>
    </>
  );
}
