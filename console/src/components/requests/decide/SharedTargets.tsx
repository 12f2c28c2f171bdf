import { useSpeech } from '@/i18n';
import { Notice } from '@/ui/Notice';
import type { Plan } from './bulkPlan';

interface SharedTargetsProps {
  plan: Plan;
  newestOnly: boolean;
  onNewestOnly: (on: boolean) => void;
}

/** Where several are versions of one target: where production ends, and a way to deploy the newest alone. */
export function SharedTargets({ plan, newestOnly, onNewestOnly }: SharedTargetsProps) {
  const { t } = useSpeech();
  if (!plan.shared.length) return null;
  return (
    <Notice
      look="warn"
      title={plan.shared.map(({ name, count }) => t.bulk.sharedTitle(name, count)).join(' · ')}
    >
      {!newestOnly && (
        <p>{t.bulk.shared(plan.shared.map((each) => each.newest.spec.target.version).join(', '))}</p>
      )}
      <label className="mt-1 flex min-h-6 items-start gap-2">
        <input
          type="checkbox"
          className="mt-0.5 size-4 shrink-0 accent-accent"
          checked={newestOnly}
          onChange={(event) => onNewestOnly(event.target.checked)}
        />
        <span>
          <span className="font-medium">{t.bulk.newestOnly(plan.older.size)}</span>{' '}
          <span className="text-muted">{t.bulk.newestHelp}</span>
        </span>
      </label>
    </Notice>
  );
}
