import { Link } from 'react-router';
import type { ReactNode } from 'react';
import type { Impact, Remark, Standard } from '@/api/types';
import { useSpeech } from '@/i18n';
import { enRemarks } from '@/i18n/en.remarks';
import { frRemarks } from '@/i18n/fr.remarks';
import { remarked } from '@/i18n/remarks';
import { useStandardWords } from '@/i18n/standard';

/** The rule that approves by itself, and the facts that satisfy it. */
export function StandardFacts({ standard: { rule, facts } }: { standard: Standard }) {
  const { t } = useSpeech();
  const words = useStandardWords();
  const params = facts.find((fact) => fact.kind === 'standard-approves')?.params;
  const { impact = '', step = '', before = '', tickets = '' } = params ?? {};
  const deployed = tickets ? tickets.split(', ') : [];
  return (
    <dl className="space-y-2">
      <Fact name={words.rule}>
        <span className="font-mono">{rule}</span>
      </Fact>
      {params && (
        <>
          <Fact name={words.impact}>{t.impact[impact as Impact]}</Fact>
          <Fact name={words.step}>
            {words.steps[step] ?? step} <span className="text-muted">{words.from(before)}</span>
          </Fact>
          <Fact name={words.clean(deployed.length)}>
            <ul className="flex flex-wrap gap-x-3">
              {deployed.map((id) => (
                <li key={id}>
                  <Link
                    to={`/requests/${id}`}
                    className="inline-flex min-h-6 items-center font-mono text-[0.8125rem] text-accent-text underline-offset-2 hover:underline"
                  >
                    {id}
                  </Link>
                </li>
              ))}
            </ul>
          </Fact>
        </>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-[0.8125rem] text-muted">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Why no rule approves it, each reason a sentence. */
export function StandardMissing({ missing }: { missing: readonly Remark[] }) {
  const { format, language } = useSpeech();
  const words = { en: enRemarks, fr: frRemarks }[language];
  return (
    <ul className="list-disc space-y-1 ps-5">
      {missing.map((each) => (
        <li key={each.kind}>{remarked(words, format, [each], '')}</li>
      ))}
    </ul>
  );
}
