import { CalendarCheck, Snowflake } from 'lucide-react';
import type { TenantDetail } from '@/api/types';
import { useWords } from '@/components/insights/words';
import { Section } from '@/components/requests/sections';
import { useSpeech } from '@/i18n';
import { useStandardWords } from '@/i18n/standard';
import { useTenantRuleWords } from '@/i18n/tenantRules';
import { When } from '@/ui/Time';

type Rule = TenantDetail['companyRules'][number];
type Period = Rule['freezes'][number];

/** The company's rules that hold for a tenant's requests: for which of them, and what each says. */
export function TenantRules({ rules }: { rules: readonly Rule[] }) {
  const words = useTenantRuleWords();
  return (
    <Section title={words.title}>
      <p className="mb-2 max-w-prose text-[0.8125rem] text-muted">{words.help}</p>
      {rules.length === 0 && <p>{words.none}</p>}
      <ul className="divide-y divide-line">
        {rules.map((rule) => (
          <li key={rule.name} className="py-2.5 first:pt-0 last:pb-0">
            <p className="flex flex-wrap items-baseline gap-x-2">
              <span className="font-mono font-medium">{rule.name}</span>
              <span className="text-[0.8125rem] text-muted">
                <Reach rule={rule} />
              </span>
            </p>
            <ul className="mt-1 max-w-prose space-y-1">
              <Said rule={rule} />
            </ul>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** The requests for which a rule holds. */
function Reach({ rule: { types, impacts, targets, someTargets } }: { rule: Rule }) {
  const { t } = useSpeech();
  const words = useTenantRuleWords();
  const parts = [
    types.length > 0 && words.only(types.map((type) => t.type[type]).join(', ')),
    impacts.length > 0 && words.impacts(impacts.map((impact) => t.impact[impact]).join(', ')),
    targets.length > 0 && words.targets(targets.join(', ')),
    someTargets && targets.length === 0 && words.some,
  ].filter(Boolean);
  return parts.length ? parts.join(' · ') : words.every;
}

/** Each part of a rule that says something. */
function Said({ rule }: { rule: Rule }) {
  const { t } = useSpeech();
  const words = useTenantRuleWords();
  const { approvals, freezes, windows, emergency, standard, supersede, noneOf } = rule;
  return (
    <>
      {approvals && <li>{words.approvals(approvals.map((need) => t.votes.need(need)).join(', '))}</li>}
      {freezes.map((period, index) => (
        <Time key={index} period={period} lead={words.freeze} />
      ))}
      {windows?.map((period, index) => (
        <Time key={index} period={period} lead={words.window} />
      ))}
      {windows?.length === 0 && <li>{words.noWindow}</li>}
      {emergency && <Emergency emergency={emergency} />}
      {standard && <Standard standard={standard} />}
      {supersede !== null && <li>{supersede ? words.supersede : words.keep}</li>}
      {noneOf.map((part) => (
        <li key={part}>{words.noneOf[part]}</li>
      ))}
    </>
  );
}

function Time({ period: { begins, ends, every, zone, reason }, lead }: { period: Period; lead: string }) {
  const words = useTenantRuleWords();
  const [Icon, color] = reason === null ? [CalendarCheck, 'text-muted'] : [Snowflake, 'text-warn-text'];
  return (
    <li>
      <Icon className={`inline size-3.5 align-text-bottom ${color}`} aria-hidden /> {lead}{' '}
      <When at={begins} /> – <When at={ends} />
      {reason && <>: {reason}</>}
      {every && (
        <span className="block text-[0.8125rem] text-muted">
          {words.again}: <code className="font-mono wrap-anywhere">{every}</code>, {words.zone(zone)}
        </span>
      )}
    </li>
  );
}

function Emergency({ emergency }: { emergency: NonNullable<Rule['emergency']> }) {
  const { t } = useSpeech();
  const w = useWords();
  const words = useTenantRuleWords();
  const { role, group, answerWithin, stopAfterOverdue } = emergency;
  const who = group ?? (role ? t.account.roles[role] : '');
  return (
    <li>
      {words.emergency(who, w.say.duration(answerWithin))} {stopAfterOverdue && words.stops}
    </li>
  );
}

function Standard({ standard }: { standard: NonNullable<Rule['standard']> }) {
  const { t } = useSpeech();
  const { steps } = useStandardWords();
  const words = useTenantRuleWords();
  const { impact, change, deployments, withinDays, evidence } = standard;
  const step = steps[change] ?? change;
  return (
    <li>
      {words.standard(t.impact[impact], step, deployments, withinDays)} {evidence && words.evidence}
    </li>
  );
}
