import { CirclePause, RotateCcw, type LucideIcon } from 'lucide-react';
import { emergencyOf, holdOf, lapseOf } from '@/api/lifecycle';
import type { Ticket } from '@/api/types';
import { useSpeech } from '@/i18n';
import { cx } from '@/ui/classes';
import { EmergencyMark } from './EmergencyMark';
import { StandardMark } from './StandardMark';

const ICONS = { held: CirclePause, lapsed: RotateCcw } satisfies Record<string, LucideIcon>;

/** What has to be said of a request beside its state: that somebody holds it, that its approval lapsed, that a rule
 * gave it, or somebody in an emergency. */
export function Marks({ ticket, large }: { ticket: Ticket; large?: boolean }) {
  const { t } = useSpeech();
  const mark = holdOf(ticket) ? 'held' : lapseOf(ticket) ? 'lapsed' : undefined;
  if (!mark && emergencyOf(ticket)) return <EmergencyMark ticket={ticket} large={large} />;
  if (!mark) return <StandardMark ticket={ticket} />;
  const Icon = ICONS[mark];
  return (
    <span
      data-mark={mark}
      className={cx(
        'inline-flex items-center gap-1 rounded-full bg-warn-soft font-medium whitespace-nowrap text-warn-text',
        large ? 'px-3 py-1 text-sm' : 'px-2 py-0.5 text-xs',
      )}
    >
      <Icon className={large ? 'size-4' : 'size-3.5'} aria-hidden />
      {t.marks[mark]}
    </span>
  );
}
