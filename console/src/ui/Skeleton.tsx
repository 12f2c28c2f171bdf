import { useSpeech } from '@/i18n';
import { cx } from './classes';

export function Bone({ className }: { className: string }) {
  return <span className={cx('block animate-pulse rounded bg-quiet-soft', className)} />;
}

/** What is about to come, in its shape; read out as one word. */
export function Skeleton({ children, className }: { children: React.ReactNode; className?: string }) {
  const { t } = useSpeech();
  return (
    <div role="status" className={className}>
      <span className="sr-only">{t.common.loading}</span>
      <div aria-hidden>{children}</div>
    </div>
  );
}
