import type { TenantDetail } from '@/api/types';
import { Section } from '@/components/requests/sections';
import { useSpeech } from '@/i18n';
import { usePlaceWords } from '@/i18n/places';
import { useCaller } from '@/shell/useCaller';

/** Who is who in a tenant, and who runs the platform. */
export function TenantPeople({ people }: { people: TenantDetail['people'] }) {
  const words = usePlaceWords().tenant;
  return (
    <Section title={words.people}>
      <ul className="divide-y divide-line">
        {people.map((person) => (
          <Person key={person.email} person={person} />
        ))}
      </ul>
    </Section>
  );
}

function Person({ person }: { person: TenantDetail['people'][number] }) {
  const { t } = useSpeech();
  const words = usePlaceWords().tenant;
  const me = useCaller();
  const { name, email, roles, platform, owner } = person;
  const named = (given: typeof roles) => given.map((role) => t.account.roles[role]).join(', ');
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-4 py-2 first:pt-0 last:pb-0">
      <div className="min-w-0">
        <p>
          {name}
          {email === me.email && <span className="text-muted"> ({t.common.you})</span>}
        </p>
        <p className="text-[0.8125rem] wrap-anywhere text-muted">{email}</p>
        {owner && <p className="text-[0.8125rem] wrap-anywhere text-muted">{words.service(owner)}</p>}
      </div>
      <p className="text-[0.8125rem]">
        {[named(roles), platform.length > 0 && words.everywhere(named(platform))].filter(Boolean).join(' · ')}
      </p>
    </li>
  );
}
