import { LoaderCircle } from 'lucide-react';
import type { ComponentProps, MouseEvent } from 'react';
import { Link } from 'react-router';
import { cx } from './classes';

export type Tone = 'primary' | 'plain' | 'danger' | 'ghost';

const TONES: Record<Tone, string> = {
  primary: 'bg-accent text-white enabled-hover:bg-accent-strong border-transparent',
  danger: 'bg-danger text-white enabled-hover:bg-danger-strong border-transparent',
  plain: 'bg-raised text-text border-edge/50 enabled-hover:bg-hover',
  ghost: 'border-transparent text-muted enabled-hover:bg-hover enabled-hover:text-text',
};

function buttonClass(tone: Tone, small = false, extra = ''): string {
  return cx(
    'inline-flex items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap transition-colors select-none',
    small ? 'min-h-8 px-2.5 text-[0.8125rem]' : 'min-h-9 px-3.5',
    // Paler, and not so pale that nobody sees that it has the focus.
    'aria-disabled:opacity-55 aria-disabled:focus-visible:opacity-80',
    TONES[tone],
    extra,
  );
}

interface ButtonProps extends Omit<ComponentProps<'button'>, 'disabled'> {
  tone?: Tone;
  small?: boolean;
  /** Stays focusable and readable, so that it can say why it does nothing (aria-describedby). */
  off?: boolean | undefined;
  busy?: boolean;
}

export function Button({
  tone = 'plain',
  small,
  off,
  busy,
  className,
  children,
  onClick,
  ...rest
}: ButtonProps) {
  const still = (off ?? false) || (busy ?? false);
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    if (still) event.preventDefault();
    else onClick?.(event);
  };
  return (
    <button
      type="button"
      {...rest}
      className={buttonClass(tone, small, className)}
      aria-disabled={still || undefined}
      aria-busy={busy ? true : undefined}
      onClick={press}
    >
      {busy && <LoaderCircle className="size-4 animate-spin" aria-hidden />}
      {children}
    </button>
  );
}

interface ButtonLinkProps extends ComponentProps<typeof Link> {
  tone?: Tone;
  small?: boolean;
}

export function ButtonLink({ tone = 'plain', small, className, ...rest }: ButtonLinkProps) {
  return <Link {...rest} className={buttonClass(tone, small, className)} />;
}
