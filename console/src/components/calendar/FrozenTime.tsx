import { Snowflake } from 'lucide-react';
import type { FreezeTime } from '@/api/types';
import { useSpeech } from '@/i18n';
import { useCalendarWords } from '@/i18n/calendar';
import { plus } from './days';

/** A freeze as a day has it: which part of the day, why, by which rule and for whom. */
export function FrozenTime({ freeze, day }: { freeze: FreezeTime; day: Date }) {
  const { t, format } = useSpeech();
  const w = useCalendarWords();
  const [begins, ends] = [new Date(freeze.begins), new Date(freeze.ends)];
  const from = begins > day ? format.time(begins) : undefined;
  const until = ends < plus(day, 1) ? format.time(ends) : undefined;
  const scope = [
    ...freeze.tenants,
    ...freeze.types.map((each) => t.type[each]),
    ...freeze.impacts.map((each) => t.impact[each]),
    ...(freeze.someTargets ? [w.someTargets] : []),
  ];
  return (
    <div className="rounded-md border border-line bg-warn-soft p-1.5 text-[0.8125rem] text-warn-text">
      <p className="flex gap-1.5 font-medium">
        <Snowflake className="mt-0.5 size-3.5 shrink-0" aria-hidden />
        <span className="min-w-0 break-words tabular-nums">{w.frozen(from, until)}</span>
      </p>
      <p className="break-words">{freeze.reason}</p>
      <p className="break-words">
        {w.rule(freeze.rule)}
        {scope.length > 0 && ` · ${scope.join(', ')}`}
      </p>
    </div>
  );
}

/** The freezes of a day; one that ends as the day begins is none of it. */
export function frozenOn(freezes: readonly FreezeTime[], day: Date): readonly FreezeTime[] {
  const [begins, ends] = [day.getTime(), plus(day, 1).getTime()];
  return freezes.filter((each) => Date.parse(each.begins) < ends && begins < Date.parse(each.ends));
}
