import { useId, type ReactNode, type Ref } from 'react';
import { cx } from '@/ui/classes';

interface SectionProps {
  title: string;
  children: ReactNode;
  className?: string;
  ref?: Ref<HTMLElement>;
}

/** A part of the detail page with its heading. */
export function Section({ title, children, className, ref }: SectionProps) {
  const id = useId();
  return (
    <section
      ref={ref}
      aria-labelledby={id}
      className={cx(
        'rounded-lg border border-line bg-surface px-4 py-3.5 sm:px-5 print:border-0 print:px-0',
        className,
      )}
    >
      <h2 id={id} className="mb-2 font-semibold">
        {title}
      </h2>
      {children}
    </section>
  );
}

/** A part within a section. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="not-first:mt-4">
      <h3 className="mb-1 text-[0.8125rem] font-medium text-muted">{title}</h3>
      {children}
    </div>
  );
}

/** What somebody typed, with its line ends and nothing else. */
export function Typed({ text }: { text: string }) {
  return <p className="max-w-prose whitespace-pre-wrap">{text}</p>;
}
