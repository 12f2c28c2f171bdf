import {
  Ban,
  ChevronsUp,
  CircleDashed,
  CircleX,
  ClockAlert,
  HeartPulse,
  LoaderCircle,
  Rocket,
  ThumbsUp,
  Undo2,
  type LucideIcon,
} from 'lucide-react';
import type { State } from '@/api/types';
import { useSpeech } from '@/i18n';
import { cx } from '@/ui/classes';

// Colour, shape and word say the same, for who sees one of them only.
const LOOKS: Record<State, { icon: LucideIcon; color: string; turns?: boolean }> = {
  pending: { icon: CircleDashed, color: 'bg-warn-soft text-warn-text' },
  approved: { icon: ThumbsUp, color: 'bg-info-soft text-info-text' },
  deploying: { icon: LoaderCircle, color: 'bg-info-soft text-info-text', turns: true },
  verifying: { icon: HeartPulse, color: 'bg-info-soft text-info-text' },
  deployed: { icon: Rocket, color: 'bg-ok-soft text-ok-text' },
  failed: { icon: CircleX, color: 'bg-danger-soft text-danger-text' },
  rejected: { icon: Ban, color: 'bg-danger-soft text-danger-text' },
  cancelled: { icon: Undo2, color: 'bg-quiet-soft text-muted' },
  expired: { icon: ClockAlert, color: 'bg-quiet-soft text-muted' },
  superseded: { icon: ChevronsUp, color: 'bg-quiet-soft text-muted' },
};

export function StatusBadge({ state, large }: { state: State; large?: boolean }) {
  const { t } = useSpeech();
  const { icon: Icon, color, turns } = LOOKS[state];
  return (
    <span
      data-state={state}
      className={cx(
        'inline-flex items-center gap-1 rounded-full font-medium whitespace-nowrap',
        large ? 'px-3 py-1 text-sm' : 'px-2 py-0.5 text-xs',
        color,
      )}
    >
      <Icon className={cx(large ? 'size-4' : 'size-3.5', turns && 'motion-safe:animate-spin')} aria-hidden />
      {t.state[state]}
    </span>
  );
}
