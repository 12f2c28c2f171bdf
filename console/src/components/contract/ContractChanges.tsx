import { CircleAlert, CircleHelp, Info, TriangleAlert, type LucideIcon } from 'lucide-react';
import type { Contract } from '@/api/types';
import { useSpeech } from '@/i18n';
import { useContractWords } from '@/i18n/contract';
import { When } from '@/ui/Time';

const LOOKS: Record<1 | 2 | 3, { icon: LucideIcon; color: string }> = {
  3: { icon: CircleAlert, color: 'text-danger-text' },
  2: { icon: TriangleAlert, color: 'text-warn-text' },
  1: { icon: Info, color: 'text-muted' },
};

interface Given {
  contract: Contract;
  /** As many changes as there is room for, the gravest first; in a dialog a few. */
  most?: number;
}

/** How the API's contract differs from production's, breaking changes first. */
export function ContractChanges({ contract: data, most = Infinity }: Given) {
  const w = useContractWords();
  if (!data.found) {
    return (
      <p className="flex items-start gap-2 text-warn-text">
        <CircleHelp className="mt-0.5 size-4 shrink-0" aria-hidden />
        <span className="min-w-0 break-words">
          {w.notCompared[data.reason ?? 'not-kept']}
          {data.why && (
            <span lang="en" className="block text-[0.8125rem] text-muted">
              {data.why}
            </span>
          )}
        </span>
      </p>
    );
  }
  return <Compared contract={data} found={data.found} most={most} />;
}

interface ComparedProps {
  contract: Contract;
  found: NonNullable<Contract['found']>;
  most: number;
}

function Compared({ contract, found, most }: ComparedProps) {
  const { t } = useSpeech();
  const w = useContractWords();
  const { breaking, risky, harmless } = found;
  const total = breaking + risky + harmless;
  const shown = found.changes.slice(0, most);
  if (total === 0) return <p className="text-muted">{w.same}</p>;
  const counts = [
    breaking && w.breaking(breaking),
    risky && w.risky(risky),
    harmless && w.harmless(harmless),
  ];
  return (
    <div className="space-y-2">
      <p className={breaking ? 'font-medium text-danger-text' : undefined}>
        {counts.filter(Boolean).join(', ')}
      </p>
      {breaking > 0 && contract.impact && <p>{w.raises(t.impact[contract.impact])}</p>}
      <ul className="space-y-1.5">
        {shown.map(({ severity, rule, text, operation }, index) => {
          const { icon: Icon, color } = LOOKS[severity];
          return (
            <li key={`${index} ${rule}`} className="flex items-start gap-2">
              <Icon className={`mt-0.5 size-4 shrink-0 ${color}`} aria-hidden />
              <span className="min-w-0 break-words">
                <span className="sr-only">{w.severity[severity]}: </span>
                {operation && <code className="font-mono text-[0.8125rem]">{operation}</code>}{' '}
                <Sentence text={text} />
              </span>
            </li>
          );
        })}
      </ul>
      {total > shown.length && <p className="text-muted">{w.more(total - shown.length)}</p>}
      <Documents contract={contract} />
    </div>
  );
}

/** One of oasdiff's sentences, which quote names as Markdown does. */
function Sentence({ text }: { text: string }) {
  return (
    <span lang="en">
      {text.split('`').map((piece, index) =>
        index % 2 ? (
          <code key={index} className="font-mono text-[0.8125rem]">
            {piece}
          </code>
        ) : (
          piece
        ),
      )}
    </span>
  );
}

/** Which bytes were compared, and when: their hashes tell them from all others. */
function Documents({ contract: { at, production, staging } }: { contract: Contract }) {
  const w = useContractWords();
  return (
    <details>
      <summary className="w-fit cursor-pointer rounded text-muted hover:text-text">{w.documents}</summary>
      <dl className="mt-2 space-y-1 border-s-2 border-line ps-4 text-[0.8125rem] text-muted">
        {at && (
          <div>
            <dt className="inline font-medium">{w.by}</dt>{' '}
            <dd className="inline">
              <When at={at} />
            </dd>
          </div>
        )}
        {([production, staging] as const).map(
          (document, index) =>
            document && (
              <div key={document.url}>
                <dt className="font-medium">{index === 0 ? w.production : w.staging}</dt>
                <dd className="break-all">{document.url}</dd>
                <dd className="font-mono break-all">sha256:{document.sha256}</dd>
              </div>
            ),
        )}
      </dl>
    </details>
  );
}
