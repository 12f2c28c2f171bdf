import { Link } from 'react-router';
import { tenantsOf } from '@/api/rights';
import type { TenantDetail } from '@/api/types';
import { useWords } from '@/components/insights/words';
import { Section } from '@/components/requests/sections';
import { useSpeech } from '@/i18n';
import { usePlaceWords } from '@/i18n/places';
import { PLACES } from '@/shell/places';
import { useCaller } from '@/shell/useCaller';

/** What holds in a tenant, and where else it is spoken of. */
export function TenantSide({ tenant: { name, rules } }: { tenant: TenantDetail }) {
  const { language } = useSpeech();
  const w = useWords();
  const words = usePlaceWords().tenant;
  const me = useCaller();
  const placeName = (to: string) => PLACES.find((place) => place.to === to)?.name[language];
  const links = [
    { to: `/requests?tab=all&tenant=${name}`, text: words.requests },
    { to: `/insights?tenant=${name}`, text: placeName('/insights') },
    ...(['audit', 'webhooks'] as const)
      .filter((right) => tenantsOf(me, right).includes(name))
      .map((right) => ({ to: `/${right}?tenant=${name}`, text: placeName(`/${right}`) })),
  ];
  return (
    <div className="min-w-0 space-y-4">
      <Section title={words.rules}>
        <ul className="list-disc space-y-1 ps-4">
          <li>{words.holdsFor(w.say.duration(rules.approvalValidFor))}</li>
          {rules.ownedTargets && <li>{words.owned}</li>}
          {rules.supersede && <li>{words.supersede}</li>}
          {rules.movingVersions.length > 0 && <li>{words.moving(rules.movingVersions.join(', '))}</li>}
        </ul>
      </Section>
      <Section title={words.more} className="print:hidden">
        <ul className="space-y-1">
          {links.map(({ to, text }) => (
            <li key={to}>
              <Link to={to} className="text-accent-text underline-offset-2 hover:underline">
                {text}
              </Link>
            </li>
          ))}
        </ul>
      </Section>
    </div>
  );
}
