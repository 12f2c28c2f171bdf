import type { Permissions } from '@/api/types';
import { Deciders } from '@/components/requests/Deciders';
import { Section } from '@/components/requests/sections';
import { useEmergencyWords } from '@/i18n/emergencies';
import { When } from '@/ui/Time';

interface EmergencySectionProps {
  declared: NonNullable<Permissions['declared']>;
  /** Whether the reader may answer, and who could instead. */
  ratify: Permissions['ratify'];
  nameOf: (email: string) => string;
}

/** Who launched the request alone, why, and who answered for it; or until when somebody has to. */
export function EmergencySection({ declared, ratify, nameOf }: EmergencySectionProps) {
  const words = useEmergencyWords();
  const { answer, answeredBy, answeredAt, answeredBecause } = declared;
  return (
    <Section title={words.title} className="border-danger-text!">
      <p className="mb-2 font-medium text-danger-text">{words.by(nameOf(declared.by))}</p>
      <p className="mb-2 border-s-2 border-line ps-3 whitespace-pre-wrap">{declared.reason}</p>
      {declared.owed && <p className="font-medium">{declared.overdue ? words.overdue : words.owed}</p>}
      {!answer && (
        <p className="text-[0.8125rem] text-muted">
          {words.until} <When at={declared.answerBy} />
        </p>
      )}
      {answer && answeredBy && answeredAt && (
        <>
          <p className="text-[0.8125rem] text-muted">
            {words.answer[answer]} {nameOf(answeredBy)} · <When at={answeredAt} />
          </p>
          <p className="mt-1 border-s-2 border-line ps-3 whitespace-pre-wrap">{answeredBecause}</p>
        </>
      )}
      {declared.owed && !ratify.allowed && ratify.who.length > 0 && (
        <>
          <p className="mt-3 mb-1.5 text-[0.8125rem] text-muted">{words.who}</p>
          <Deciders people={ratify.who} />
        </>
      )}
    </Section>
  );
}
