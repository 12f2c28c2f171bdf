import type { Permissions } from '@/api/types';
import { useSpeech } from '@/i18n';
import { useCaller } from '@/shell/useCaller';

/** Who could approve the request as it is. */
export function Deciders({ people }: { people: Permissions['deciders'] }) {
  const { t } = useSpeech();
  const me = useCaller();
  if (!people.length) return <p className="text-warn-text">{t.detail.noDeciders}</p>;
  return (
    <ul className="space-y-1.5">
      {people.map(({ name, email }) => (
        <li key={email}>
          <p>
            {name}
            {email === me.email && <span className="text-muted"> ({t.common.you})</span>}
          </p>
          <p className="text-[0.8125rem] text-muted">{email}</p>
        </li>
      ))}
    </ul>
  );
}
