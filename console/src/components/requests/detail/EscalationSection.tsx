import { BellRing, Clock } from 'lucide-react';
import { Section } from '@/components/requests/sections';
import { useSpeech } from '@/i18n';
import { useEscalationWords, type Step } from '@/i18n/escalation';

/** Whom the company's rules ask next while nobody decides, and whom they have asked. */
export function EscalationSection({ steps }: { steps: readonly Step[] }) {
  const { format } = useSpeech();
  const words = useEscalationWords();
  return (
    <Section title={words.title}>
      <ul className="space-y-1.5">
        {steps.map((step) => {
          const Icon = step.asked ? BellRing : Clock;
          const at = step.asked ?? step.at;
          return (
            <li key={`${step.role ?? ''} ${step.group ?? ''}`} className="flex gap-2">
              <Icon
                className={`mt-0.5 size-4 shrink-0 ${step.asked ? 'text-warn-text' : 'text-muted'}`}
                aria-hidden
              />
              <div>
                <p className="first-letter:uppercase">{words.whom(step)}</p>
                <p className="text-[0.8125rem] text-muted">
                  {step.asked ? words.asked : words.next}{' '}
                  <time dateTime={at} title={format.exact(at)}>
                    {format.coming(at)}
                  </time>
                </p>
              </div>
            </li>
          );
        })}
      </ul>
      <p className="mt-3 text-[0.8125rem] text-muted">{words.help}</p>
    </Section>
  );
}
