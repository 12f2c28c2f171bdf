import { BadgeCheck } from 'lucide-react';
import { ruleApprovalOf } from '@/api/lifecycle';
import type { Ticket } from '@/api/types';
import { useSpeech } from '@/i18n';

// Here, because every list shows it, and the other words come with the pages that have these. It fits below a badge.
const WORDS = { en: 'standard change', fr: 'standard' };

/** Says of a request that a rule of the company approved it, and nobody had to; which, where the pointer rests. */
export function StandardMark({ ticket }: { ticket: Ticket }) {
  const { language } = useSpeech();
  const approval = ruleApprovalOf(ticket);
  if (!approval) return null;
  return (
    <span
      data-mark="standard"
      title={approval.rule ?? undefined}
      className="inline-flex items-center gap-1 text-xs font-medium whitespace-nowrap text-info-text"
    >
      <BadgeCheck className="size-3.5 shrink-0" aria-hidden />
      {WORDS[language]}
    </span>
  );
}
