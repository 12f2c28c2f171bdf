import { useSpeech } from '@/i18n';
import { useRoot } from '@/shell/root';
import { Notice } from '@/ui/Notice';
import type { FormValues } from './values';

type Name = keyof FormValues;

interface FaultListProps {
  errors: Partial<Record<Name, { message?: string | undefined }>>;
  shown: boolean;
}

/** After a try to send: the fields that stand in its way, each a step away. */
export function FaultList({ errors, shown }: FaultListProps) {
  const { t } = useSpeech();
  const root = useRoot();
  const labels: Partial<Record<Name, string>> = {
    tenant: t.form.tenant,
    type: t.form.type,
    name: t.form.name,
    version: t.form.version,
    digest: t.form.digest,
    justification: t.form.justification,
    releaseNotes: t.form.releaseNotes,
    impact: t.form.impact,
    rollbackPlan: t.form.rollback,
    local: t.form.date,
    staging: t.form.staging,
    security: t.form.security,
    evidence: t.form.evidence,
  };
  const faults = (Object.keys(labels) as Name[]).filter((name) => errors[name]);
  return (
    <div role="alert">
      {shown && faults.length > 0 && (
        <Notice look="fault" title={t.form.problems(faults.length)}>
          <ul>
            {faults.map((name) => (
              <li key={name}>
                <a
                  href={`#${name}`}
                  className="inline-flex min-h-6 items-center underline underline-offset-2"
                  onClick={(event) => {
                    event.preventDefault();
                    root.getElementById(name)?.focus();
                  }}
                >
                  {labels[name]}
                </a>
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </div>
  );
}
