import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

interface EmptyProps {
  icon: LucideIcon;
  title: string;
  help?: ReactNode;
  /** What can be done about it. */
  action?: ReactNode;
  heading?: 'h1' | 'h2';
}

/** Where there is nothing to show: what that means, and what to do. */
export function Empty({ icon: Icon, title, help, action, heading: Heading = 'h2' }: EmptyProps) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-2 px-4 py-14 text-center">
      <span className="mb-1 grid size-11 place-items-center rounded-full bg-quiet-soft text-muted">
        <Icon className="size-5" aria-hidden />
      </span>
      <Heading className="text-base font-semibold">{title}</Heading>
      {help && <p className="text-muted">{help}</p>}
      {action && <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
