import { Ban, Check, CircleX, LoaderCircle, OctagonPause, type LucideIcon } from 'lucide-react';
import type { Report } from '@/api/types';
import { cx } from '@/ui/classes';

// Colour, shape and word say the same, for who sees one of them only.
const LOOKS: Record<Report['state'], { icon: LucideIcon; color: string }> = {
  making: { icon: LoaderCircle, color: 'bg-info-soft text-info-text' },
  made: { icon: Check, color: 'bg-ok-soft text-ok-text' },
  failed: { icon: CircleX, color: 'bg-danger-soft text-danger-text' },
  cancelled: { icon: Ban, color: 'bg-quiet-soft text-muted' },
  stopped: { icon: OctagonPause, color: 'bg-warn-soft text-warn-text' },
};

export function ReportState({ state, children }: { state: Report['state']; children: string }) {
  const { icon: Icon, color } = LOOKS[state];
  return (
    <span
      className={cx(
        'inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap',
        color,
      )}
    >
      <Icon className={cx('size-3.5', state === 'making' && 'motion-safe:animate-spin')} aria-hidden />
      {children}
    </span>
  );
}
