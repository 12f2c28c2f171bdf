import { ArrowRight } from 'lucide-react';
import { Link } from 'react-router';
import type { Difference, Ticket } from '@/api/types';
import { useDifference } from '@/hooks/useRequests';
import { useSpeech } from '@/i18n';
import { explain } from '@/i18n/server';
import { LazyMarkdown } from '@/ui/LazyMarkdown';
import { Bone, Skeleton } from '@/ui/Skeleton';
import { When } from '@/ui/Time';
import { OtherRequests } from '@/components/requests/OtherRequests';
import { DirectionBadge } from '@/components/requests/VersionChange';

/** The version in production beside the one that is asked for. */
export function Changes({ ticket }: { ticket: Ticket }) {
  const { t } = useSpeech();
  const { data, error } = useDifference(ticket.metadata.id);
  if (error && !data) {
    return (
      <p className="text-muted">
        {t.versions.failed} {explain(t, error)}
      </p>
    );
  }
  if (!data) {
    return (
      <Skeleton>
        <Bone className="h-15 w-72 max-w-full" />
      </Skeleton>
    );
  }
  return (
    <div className="space-y-3">
      {data.inProduction ? (
        <Replaced now={data.inProduction} ticket={ticket} data={data} />
      ) : (
        <p className="text-muted">{t.detail.first}</p>
      )}
      <OtherRequests others={data.others} />
    </div>
  );
}

interface ReplacedProps {
  now: NonNullable<Difference['inProduction']>;
  ticket: Ticket;
  data: Difference;
}

function Replaced({ now, ticket, data }: ReplacedProps) {
  const { t } = useSpeech();
  return (
    <>
      <div className="flex flex-wrap items-start gap-x-6 gap-y-2">
        <div>
          <p className="text-[0.8125rem] text-muted">
            {ticket.status.deployedAt ? t.detail.before : t.detail.inProduction}
          </p>
          <p className="font-mono font-medium">{now.version}</p>
          <p className="text-[0.8125rem] text-muted">
            {now.ticketId && (
              <>
                <Link
                  to={`/requests/${now.ticketId}`}
                  className="font-mono text-accent-text underline-offset-2 hover:underline"
                >
                  {now.ticketId}
                </Link>
                {', '}
              </>
            )}
            {now.deployedAt ? <When at={now.deployedAt} /> : t.detail.catalogue}
          </p>
        </div>
        <ArrowRight className="mt-6 size-4 text-muted max-sm:hidden" aria-hidden />
        <div>
          <p className="text-[0.8125rem] text-muted">{t.detail.requested}</p>
          <p className="flex flex-wrap items-center gap-x-2">
            <span className="font-mono font-medium">{data.version}</span>
            <DirectionBadge direction={data.direction} />
          </p>
          {now.version === data.version && !ticket.status.deployedAt && (
            <p className="text-[0.8125rem] text-warn-text">{t.detail.sameVersion}</p>
          )}
        </div>
      </div>
      {now.releaseNotes !== null && (
        <details className="mt-3">
          <summary className="w-fit cursor-pointer rounded text-muted hover:text-text">
            {t.detail.previousNotes(now.version)}
          </summary>
          <div className="mt-2 border-s-2 border-line ps-4">
            <LazyMarkdown text={now.releaseNotes} />
          </div>
        </details>
      )}
    </>
  );
}
