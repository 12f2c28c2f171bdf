import { ApiProblem } from '@/api/problem';
import { useSpeech } from '@/i18n';
import { useRulesWords } from '@/i18n/rules';
import { explain } from '@/i18n/server';
import { Button } from '@/ui/Button';
import { Notice } from '@/ui/Notice';

interface TrialFaultProps {
  error: Error;
  /** The file that stands in the page; others are the record's. */
  file: string;
  goTo: (line: number) => void;
}

/** Why there is no report: each fault of the rules with file and line, and a way to those of the text. */
export function TrialFault({ error, file, goTo }: TrialFaultProps) {
  const { t } = useSpeech();
  const words = useRulesWords();
  if (!(error instanceof ApiProblem) || error.kind !== 'rules-faulty') {
    const busy = error instanceof ApiProblem && error.status === 429;
    const large = error instanceof ApiProblem && error.kind === 'trial-too-large';
    return (
      <Notice look={busy ? 'warn' : 'fault'} urgent>
        {busy ? words.busy : large ? words.tooLarge : explain(t, error)}
      </Notice>
    );
  }
  return (
    <div className="space-y-2">
      {error.fields.map(({ detail, params }) => {
        const { file: named = '', line = '1' } = params ?? {};
        return (
          <Notice
            key={`${named} ${line} ${detail}`}
            look="fault"
            urgent
            title={words.place(named, line)}
            action={named === file && <Button onClick={() => goTo(Number(line))}>{words.goTo(line)}</Button>}
          >
            <p lang="en" className="font-mono text-[0.8125rem] break-words">
              {detail}
            </p>
          </Notice>
        );
      })}
    </div>
  );
}
