import { ArrowLeft, Printer } from 'lucide-react';
import { Link } from 'react-router';
import type { Ticket } from '@/api/types';
import { useCompared } from '@/hooks/useComparisons';
import { lastList } from '@/hooks/useFilters';
import { useSpeech } from '@/i18n';
import { Button } from '@/ui/Button';
import { Ago, When } from '@/ui/Time';
import { Digest } from './Digest';
import { ImpactBadge } from '@/components/requests/ImpactBadge';
import { TargetLink, TenantLink } from '@/components/requests/links';
import { Marks } from '@/components/requests/Marks';
import { StatusBadge } from '@/components/requests/StatusBadge';
import { ChangeWarning, ComparedVersion } from '@/components/requests/VersionChange';

interface RequestHeaderProps {
  ticket: Ticket;
  tenant: string;
  nameOf: (email: string) => string;
}

export function RequestHeader({ ticket, tenant, nameOf }: RequestHeaderProps) {
  const { t } = useSpeech();
  const { id, createdAt, createdBy } = ticket.metadata;
  const { target, request } = ticket.spec;
  const compared = useCompared(ticket);
  const deployment = ticket.status.deployedAt ?? request.scheduledDate;
  return (
    <header className="space-y-3">
      <div className="flex items-center justify-between gap-3 text-[0.8125rem]">
        <Link
          to={`/requests${lastList()}`}
          className="inline-flex items-center gap-1.5 rounded text-muted hover:text-text print:hidden"
        >
          <ArrowLeft className="size-4" aria-hidden />
          {t.detail.back}
        </Link>
        <span className="flex items-center gap-2">
          <span className="font-mono text-muted">{id}</span>
          <Button small tone="ghost" className="print:hidden" onClick={() => window.print()}>
            <Printer className="size-4" aria-hidden />
            <span className="max-sm:sr-only">{t.detail.print}</span>
          </Button>
        </span>
      </div>
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <h1 className="text-xl font-semibold">
            <TargetLink target={{ tenant: ticket.metadata.tenant, ...target }} />{' '}
            <span className="font-mono text-lg font-normal">{target.version}</span>
          </h1>
          <p className="mt-0.5 text-muted">
            {t.type[target.type]} · <TenantLink tenant={ticket.metadata.tenant} name={tenant} /> ·{' '}
            {t.detail.promotion(target.sourceEnvironment, target.targetEnvironment)}
          </p>
          <p className="text-muted">
            <span title={createdBy}>{t.detail.requestedBy(nameOf(createdBy))}</span> · <When at={createdAt} />{' '}
            <span className="print:hidden">
              (<Ago at={createdAt} />)
            </span>
          </p>
        </div>
        <div role="status" className="flex shrink-0 flex-wrap gap-1.5">
          <StatusBadge state={ticket.status.state} large />
          <Marks ticket={ticket} large />
        </div>
      </div>
      <dl className="flex flex-wrap gap-x-8 gap-y-2 border-t border-line pt-3">
        <div className="flex gap-2">
          <dt className="text-muted">{t.versions.version}</dt>
          <dd className="min-w-0">
            <ComparedVersion version={target.version} compared={compared} />
          </dd>
        </div>
        {target.digest && (
          <div className="flex gap-2">
            <dt className="text-muted">{t.versions.digest}</dt>
            <dd>
              <Digest value={target.digest} />
            </dd>
          </div>
        )}
        <div className="flex gap-2">
          <dt className="text-muted">{t.detail.impact}</dt>
          <dd>
            <ImpactBadge impact={request.impactAssessment} long />
          </dd>
        </div>
        <div className="flex gap-2">
          <dt className="text-muted">{t.detail.schedule}</dt>
          <dd>{deployment ? <When at={deployment} /> : t.detail.asap}</dd>
        </div>
      </dl>
      {typeof compared === 'object' && ticket.status.state !== 'deployed' && (
        <ChangeWarning before={compared.replaces} version={target.version} direction={compared.direction} />
      )}
    </header>
  );
}
