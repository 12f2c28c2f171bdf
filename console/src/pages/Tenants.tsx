import { Building2 } from 'lucide-react';
import { useNavigate, useParams } from 'react-router';
import { ApiProblem } from '@/api/problem';
import { TenantPeople } from '@/components/places/TenantPeople';
import { TenantRules } from '@/components/places/TenantRules';
import { TenantSide } from '@/components/places/TenantSide';
import { TenantTargets } from '@/components/places/TenantTargets';
import { tenantPath } from '@/components/requests/links';
import { usePageTitle } from '@/hooks/usePageTitle';
import { useTenant } from '@/hooks/usePlaces';
import { useSpeech } from '@/i18n';
import { usePlaceWords } from '@/i18n/places';
import { PageSkeleton } from '@/shell/Shell';
import { useCaller } from '@/shell/useCaller';
import { Empty } from '@/ui/Empty';
import { Field, Select } from '@/ui/Field';
import { NotRead } from '@/ui/NotRead';
import { NotFound } from './NotFound';

/** A tenant: who is who there, what belongs to it, what holds there. The address names it; else it is one's first. */
export default function Tenants() {
  const { t } = useSpeech();
  const words = usePlaceWords().tenant;
  const me = useCaller();
  const { name = me.tenants[0]?.name } = useParams();
  usePageTitle(words.title);
  if (name) return <Known key={name} name={name} />;
  return <Empty icon={Building2} heading="h1" title={words.none} help={t.account.nothing} />;
}

function Known({ name }: { name: string }) {
  const words = usePlaceWords().tenant;
  const { data, error, refetch } = useTenant(name);
  if (error instanceof ApiProblem && (error.status === 404 || error.status === 422)) return <NotFound />;
  if (error && !data) return <NotRead error={error} retry={refetch} />;
  if (!data) return <PageSkeleton />;
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div>
          <h1 className="text-xl font-semibold">{data.displayName}</h1>
          <p className="text-muted">{words.file(`tenants/${name}.yaml`)}</p>
        </div>
        <Chooser name={name} />
      </div>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_19rem]">
        <TenantTargets tenant={name} />
        <TenantPeople people={data.people} />
        <TenantSide tenant={data} />
      </div>
      <TenantRules rules={data.companyRules} />
    </div>
  );
}

function Chooser({ name }: { name: string }) {
  const words = usePlaceWords().tenant;
  const navigate = useNavigate();
  const { tenants } = useCaller();
  if (tenants.length < 2) return null;
  return (
    <Field label={words.choose} className="w-full sm:w-64 print:hidden">
      {(wiring) => (
        <Select {...wiring} value={name} onChange={(event) => void navigate(tenantPath(event.target.value))}>
          {tenants.map((each) => (
            <option key={each.name} value={each.name}>
              {each.displayName}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
