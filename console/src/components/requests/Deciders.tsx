import type { Permissions } from '@/api/types';
import { useSpeech } from '@/i18n';

/** Who could approve the request as it is. */
export function Deciders({ people }: { people: Permissions['deciders'] }) {
  const { t } = useSpeech();
  if (!people.length) return <p className="text-warn-text">{t.detail.noDeciders}</p>;
  return (
    <ul className="space-y-1.5">
      {people.map(({ name, email }) => (
        <li key={email}>
          <p>{name}</p>
          <p className="text-[0.8125rem] text-muted">{email}</p>
        </li>
      ))}
    </ul>
  );
}
