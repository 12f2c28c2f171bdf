import { useRef } from 'react';
import { holdsEverywhere } from '@/api/rights';
import { TrialFault } from '@/components/rules/TrialFault';
import { TrialForm } from '@/components/rules/TrialForm';
import { TrialResult } from '@/components/rules/TrialResult';
import { usePageTitle } from '@/hooks/usePageTitle';
import { useRulesTrial } from '@/hooks/useRulesTrial';
import { useRulesWords } from '@/i18n/rules';
import { useCaller } from '@/shell/useCaller';
import { Notice } from '@/ui/Notice';

/** A change of a rule, tried over every past request before anybody merges it. */
export default function RulesTrial() {
  const words = useRulesWords();
  const me = useCaller();
  usePageTitle(words.title);
  return (
    <>
      <h1 className="text-xl font-semibold">{words.title}</h1>
      <p className="mt-1 mb-4 max-w-prose text-muted">{words.help}</p>
      {holdsEverywhere(me, 'operate') ? <Trial /> : <Notice look="info">{words.notYours}</Notice>}
    </>
  );
}

const LINE_PX = 20;

function Trial() {
  const words = useRulesWords();
  const text = useRef<HTMLTextAreaElement>(null);
  const trial = useRulesTrial();
  const { data: report, error, isPending, variables } = trial;

  const goTo = (line: number) => {
    const lines = (text.current?.value ?? '').split('\n');
    const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
    text.current?.focus();
    text.current?.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    text.current?.scrollTo({ top: (line - 4) * LINE_PX });
  };
  return (
    <div className="space-y-4">
      <TrialForm text={text} busy={isPending} run={trial.mutate} />
      <p role="status" className="text-muted empty:hidden">
        {isPending && words.running}
        {report && words.read(report.requests, report.launches)}
      </p>
      {error && <TrialFault error={error} file={`rules/${variables.name}.yaml`} goTo={goTo} />}
      {report && <TrialResult report={report} />}
    </div>
  );
}
