import type { Standard } from '@/api/types';
import { Section } from '@/components/requests/sections';
import { StandardFacts, StandardMissing } from '@/components/requests/StandardFacts';
import { useStandardWords } from '@/i18n/standard';

/** Which rule of the company approved the request for which facts; or why people have to decide on it. */
export function StandardSection({ standard }: { standard: Standard }) {
  const words = useStandardWords();
  const { approves, missing } = standard;
  const was = missing.some((each) => each.kind === 'approve-anew');
  return (
    <Section title={words.title}>
      <p className="mb-2 font-medium">{approves ? words.approved : was ? words.lapsed : words.not}</p>
      {!approves && (
        <div className="mb-3">
          <StandardMissing missing={missing} />
        </div>
      )}
      <StandardFacts standard={standard} />
    </Section>
  );
}
