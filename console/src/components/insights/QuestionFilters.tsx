import { X } from 'lucide-react';
import { isNarrowed, PERIODS, SPLITS, type Question, type Split } from '@/api/insights';
import { IMPACTS, TYPES, type Impact, type TargetType } from '@/api/types';
import { useSpeech } from '@/i18n';
import { useCaller } from '@/shell/useCaller';
import { Button } from '@/ui/Button';
import { Choice } from '@/ui/Choice';
import { inputClass } from '@/ui/Field';
import { useWords } from './words';

interface QuestionFiltersProps {
  question: Question;
  change: (change: Partial<Question>) => void;
}

/** What the figures are of, over which weeks, and by what. */
export function QuestionFilters({ question, change }: QuestionFiltersProps) {
  const { t } = useSpeech();
  const w = useWords();
  const { tenants } = useCaller();
  const periods = PERIODS.some((each) => each === question.weeks) ? PERIODS : [question.weeks, ...PERIODS];
  return (
    <div role="search" aria-label={w.filters} className="flex flex-wrap items-center gap-2 print:hidden">
      <Choice
        label={w.by}
        value={question.by}
        options={SPLITS.map((each) => [each, w.splits[each]])}
        change={(by) => change({ by: by as Split })}
      />
      <Choice
        label={w.periodLabel}
        value={String(question.weeks)}
        options={periods.map((each) => [String(each), w.weeks(each)])}
        change={(weeks) => change({ weeks: Number(weeks) })}
      />
      {tenants.length > 1 && (
        <Choice
          label={w.tenant}
          value={question.tenant}
          any={w.anyTenant}
          options={tenants.map(({ name, displayName }) => [name, displayName])}
          change={(tenant) => change({ tenant })}
        />
      )}
      <Choice
        label={w.impact}
        value={question.impact}
        any={w.anyImpact}
        options={IMPACTS.map((each) => [each, t.impact[each]])}
        change={(impact) => change({ impact: impact as Impact | '' })}
      />
      <Choice
        label={t.list.type}
        value={question.type}
        any={t.list.anyType}
        options={TYPES.map((each) => [each, t.type[each]])}
        change={(type) => change({ type: type as TargetType | '' })}
      />
      <TargetBox key={question.target} target={question.target} choose={(target) => change({ target })} />
      {isNarrowed(question) && (
        <Button tone="ghost" small onClick={() => change({ tenant: '', type: '', target: '', impact: '' })}>
          <X className="size-3.5" aria-hidden />
          {w.clear}
        </Button>
      )}
    </div>
  );
}

/** A target's name as it is typed: asked for by Enter, or when the field is left. */
function TargetBox({ target, choose }: { target: string; choose: (target: string) => void }) {
  const w = useWords();
  const take = (typed: string) => typed.trim() !== target && choose(typed.trim());
  return (
    <input
      type="search"
      maxLength={128}
      aria-label={w.target}
      placeholder={w.targetHint}
      defaultValue={target}
      spellCheck={false}
      autoComplete="off"
      onBlur={(event) => take(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Enter' && take(event.currentTarget.value)}
      className={`${inputClass} max-sm:grow sm:w-48!`}
    />
  );
}
