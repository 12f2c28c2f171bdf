import { useState } from 'react';
import { TargetLink } from '@/components/requests/links';
import { Section } from '@/components/requests/sections';
import { useLater } from '@/hooks/useLater';
import { useTenantTargets } from '@/hooks/usePlaces';
import { useSpeech } from '@/i18n';
import { usePlaceWords } from '@/i18n/places';
import { Field, TextInput } from '@/ui/Field';
import { NotRead } from '@/ui/NotRead';

const TYPED_MS = 200;
/** As many as the service tells at once. */
const MOST = 50;

/** The targets of a tenant that the reader may know of, and what of each is in production. */
export function TenantTargets({ tenant }: { tenant: string }) {
  const { t } = useSpeech();
  const words = usePlaceWords().tenant;
  const [typed, type] = useState('');
  const q = useLater(typed, TYPED_MS).trim();
  const { data, error, refetch } = useTenantTargets(tenant, q);
  const full = (data?.length ?? 0) >= MOST;
  return (
    <Section title={words.targets}>
      {(full || typed !== '') && (
        <Field label={words.search} className="mb-3 max-w-xs">
          {(wiring) => <TextInput {...wiring} value={typed} onChange={(event) => type(event.target.value)} />}
        </Field>
      )}
      {error && !data && <NotRead error={error} retry={refetch} />}
      {data?.length === 0 && <p className="text-muted">{words.noTargets}</p>}
      <ul className="divide-y divide-line">
        {data?.map((target) => (
          <li
            key={`${target.type} ${target.name}`}
            className="flex flex-wrap items-baseline justify-between gap-x-4 py-1.5"
          >
            <span className="min-w-0">
              <TargetLink
                target={target}
                className="inline-flex min-h-6 items-center font-medium wrap-anywhere"
              />{' '}
              <span className="text-[0.8125rem] text-muted">{t.type[target.type]}</span>
            </span>
            {target.production ? (
              <span className="font-mono text-[0.8125rem]">{target.production}</span>
            ) : (
              <span className="text-[0.8125rem] text-muted">{words.notDeployed}</span>
            )}
          </li>
        ))}
      </ul>
      {full && <p className="mt-2 text-[0.8125rem] text-muted">{words.firstOf(MOST)}</p>}
    </Section>
  );
}
