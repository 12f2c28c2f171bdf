import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './classes';

const LOOKS = {
  fault: { icon: CircleAlert, box: 'bg-danger-soft', ink: 'text-danger-text' },
  warn: { icon: TriangleAlert, box: 'bg-warn-soft', ink: 'text-warn-text' },
  info: { icon: Info, box: 'bg-info-soft', ink: 'text-info-text' },
};

interface NoticeProps {
  look: keyof typeof LOOKS;
  title?: string;
  children?: ReactNode;
  action?: ReactNode;
  /** Read out at once, as faults that appear after an action are. */
  urgent?: boolean;
}

/** A message that stands in the page. */
export function Notice({ look, title, children, action, urgent }: NoticeProps) {
  const { icon: Icon, box, ink } = LOOKS[look];
  return (
    <div
      role={urgent ? 'alert' : undefined}
      className={cx('flex items-start gap-2.5 rounded-lg px-3.5 py-2.5', box)}
    >
      <Icon className={cx('mt-0.5 size-4 shrink-0', ink)} aria-hidden />
      <div className="flex min-w-0 grow flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0 grow basis-60">
          {title && <p className={cx('font-medium', ink)}>{title}</p>}
          {children}
        </div>
        {action}
      </div>
    </div>
  );
}
