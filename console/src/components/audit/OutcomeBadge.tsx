import { Ban, Check, CircleX, type LucideIcon } from 'lucide-react';
import type { AuditOutcome } from '@/api/types';
import { useAuditWords } from '@/i18n/audit';
import { cx } from '@/ui/classes';

// Colour, shape and word say the same, for who sees one of them only.
const LOOKS: Record<AuditOutcome, { icon: LucideIcon; color: string }> = {
  done: { icon: Check, color: 'bg-ok-soft text-ok-text' },
  refused: { icon: Ban, color: 'bg-warn-soft text-warn-text' },
  failed: { icon: CircleX, color: 'bg-danger-soft text-danger-text' },
};

export function OutcomeBadge({ outcome }: { outcome: AuditOutcome }) {
  const words = useAuditWords();
  const { icon: Icon, color } = LOOKS[outcome];
  return (
    <span
      className={cx(
        'inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap',
        color,
      )}
    >
      <Icon className="size-3.5" aria-hidden />
      {words.outcomes[outcome]}
    </span>
  );
}
