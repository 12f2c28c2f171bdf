import type { Impact } from '@/api/types';
import { useSpeech } from '@/i18n';
import { cx } from '@/ui/classes';

const HEIGHT: Record<Impact, number> = { low: 1, medium: 2, high: 3, critical: 4 };
const INK: Record<Impact, string> = {
  low: 'text-muted',
  medium: 'text-muted',
  high: 'text-warn-text',
  critical: 'text-danger-text',
};

/** The impact as a word and as bars, like the strength of a signal. */
export function ImpactBadge({ impact, long }: { impact: Impact; long?: boolean }) {
  const { t } = useSpeech();
  return (
    <span
      className={cx('inline-flex items-center gap-1.5 whitespace-nowrap', INK[impact])}
      title={t.impactOf(t.impact[impact])}
    >
      <svg viewBox="0 0 16 12" className="h-3 w-4 shrink-0" aria-hidden>
        {[1, 2, 3, 4].map((step) => (
          <rect
            key={step}
            x={(step - 1) * 4}
            y={12 - step * 3}
            width="3"
            height={step * 3}
            rx="0.8"
            fill="currentColor"
            opacity={step <= HEIGHT[impact] ? 1 : 0.25}
          />
        ))}
      </svg>
      {long ? (
        t.impact[impact]
      ) : (
        <>
          <span className="sr-only">{t.impactOf(t.impact[impact])}</span>
          <span aria-hidden>{t.impact[impact]}</span>
        </>
      )}
    </span>
  );
}
