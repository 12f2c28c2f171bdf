import type { Permissions } from '@/api/types';
import { useSpeech } from '@/i18n';
import { useDelegationWords } from '@/i18n/delegations';
import { useCaller } from '@/shell/useCaller';

/** Somebody who could decide; `onBehalfOf` handed them the vote that they would give. */
type Person = Omit<Permissions['deciders'][number], 'onBehalfOf'> &
  Partial<Pick<Permissions['deciders'][number], 'onBehalfOf'>>;

/** Who could approve the request as it is, also for others. */
export function Deciders({ people }: { people: readonly Person[] }) {
  const { t } = useSpeech();
  const delegated = useDelegationWords();
  const me = useCaller();
  if (!people.length) return <p className="text-warn-text">{t.detail.noDeciders}</p>;
  return (
    <ul className="space-y-1.5">
      {people.map(({ name, email, onBehalfOf }) => (
        <li key={`${email} ${onBehalfOf?.email ?? ''}`}>
          <p>
            {onBehalfOf ? delegated.behalf(name, onBehalfOf.name) : name}
            {email === me.email && <span className="text-muted"> ({t.common.you})</span>}
          </p>
          <p className="text-[0.8125rem] text-muted">{email}</p>
        </li>
      ))}
    </ul>
  );
}
