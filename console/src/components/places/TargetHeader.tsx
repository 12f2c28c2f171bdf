import { Plus, Undo2 } from 'lucide-react';
import type { TargetDetail, TargetVersion } from '@/api/types';
import { tenantName } from '@/components/requests/people';
import { TenantLink } from '@/components/requests/links';
import { useSpeech } from '@/i18n';
import { usePlaceWords } from '@/i18n/places';
import { useCaller } from '@/shell/useCaller';
import { ButtonLink } from '@/ui/Button';
import { When } from '@/ui/Time';
import { rollBackPath, versionBefore } from './rollBack';

/** A target, its version in production, and the ways to change that. */
export function TargetHeader({
  target,
  versions,
}: {
  target: TargetDetail;
  versions: readonly TargetVersion[];
}) {
  const { t } = useSpeech();
  const words = usePlaceWords().target;
  const me = useCaller();
  const { tenant, type, name, environment, minimumImpact, production } = target;
  const since = versions[0]?.since;
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <h1 className="text-xl font-semibold wrap-anywhere">{name}</h1>
        <p className="text-muted">
          {t.type[type]} · <TenantLink tenant={tenant} name={tenantName(me, tenant)} /> · {environment}
        </p>
        <p className="mt-2">
          <span className="text-muted">{production ? words.inProduction : words.nothing}</span>{' '}
          {production && <span className="font-mono text-lg font-medium wrap-anywhere">{production}</span>}
          {since && (
            <span className="text-muted">
              , {words.since} <When at={since} />
            </span>
          )}
        </p>
        {minimumImpact && <p className="text-muted">{words.minimumImpact(t.impact[minimumImpact])}</p>}
      </div>
      {me.creates.includes(tenant) && <Ways target={target} before={versionBefore(versions)} />}
    </header>
  );
}

function Ways({ target, before }: { target: TargetDetail; before: TargetVersion | undefined }) {
  const words = usePlaceWords().target;
  const { tenant, type, name, production } = target;
  const ask = new URLSearchParams({ tenant, type, name });
  return (
    <div className="flex flex-wrap gap-2 print:hidden">
      {before && production && (
        <ButtonLink to={rollBackPath(target, production, before)}>
          <Undo2 className="size-4" aria-hidden />
          {words.rollBack(before.version)}
        </ButtonLink>
      )}
      <ButtonLink to={`/requests/new?${ask.toString()}`}>
        <Plus className="size-4" aria-hidden />
        {words.ask}
      </ButtonLink>
    </div>
  );
}
