import type { Checked } from '@/api/types';
import { StandardFacts, StandardMissing } from '@/components/requests/StandardFacts';
import { useStandardWords } from '@/i18n/standard';
import { VotesNeeded } from './VotesNeeded';

/** Who could approve what is asked for; that nobody has to, or why somebody has, where a rule of the company says so. */
export function ApprovalNeeded({ checked }: { checked: Checked }) {
  const words = useStandardWords();
  const { standard } = checked;
  if (!standard) return <VotesNeeded checked={checked} />;
  if (standard.approves) {
    return (
      <>
        <p className="font-medium">{words.needsNobody}</p>
        <p className="mb-2 text-[0.8125rem] text-muted">{words.needsNobodyHelp}</p>
        <StandardFacts standard={standard} />
      </>
    );
  }
  return (
    <>
      <VotesNeeded checked={checked} />
      <div className="mt-3 text-[0.8125rem] text-muted">
        <p>
          {words.not} ({words.rule.toLowerCase()} <span className="font-mono">{standard.rule}</span>)
        </p>
        <StandardMissing missing={standard.missing} />
      </div>
    </>
  );
}
