import { ChevronDown } from 'lucide-react';
import { useId, type ComponentProps, type ReactNode } from 'react';
import { useSpeech } from '@/i18n';
import { cx } from './classes';

export const inputClass =
  'w-full rounded-md border border-edge bg-surface px-3 min-h-9 text-text placeholder:text-muted aria-invalid:border-danger-text';

interface Wiring {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
  'aria-required': true | undefined;
}

interface FieldProps {
  label: string;
  help?: ReactNode;
  error?: string | undefined;
  optional?: boolean;
  id?: string;
  className?: string;
  /** The control, wired to its label, help and fault. */
  children: (wiring: Wiring) => ReactNode;
}

export function Field({ label, help, error, optional, id, className, children }: FieldProps) {
  const { t } = useSpeech();
  const made = useId();
  const own = id ?? made;
  const described = cx(help !== undefined && `${own}-help`, error !== undefined && `${own}-error`);
  return (
    <div className={cx('flex min-w-0 flex-col gap-1', className)}>
      <label htmlFor={own} className="font-medium">
        {label}
        {optional && <span className="font-normal text-muted"> ({t.common.optional})</span>}
      </label>
      {help !== undefined && (
        <p id={`${own}-help`} className="text-[0.8125rem] text-muted">
          {help}
        </p>
      )}
      {children({
        id: own,
        'aria-describedby': described || undefined,
        'aria-invalid': error !== undefined || undefined,
        'aria-required': optional ? undefined : true,
      })}
      <FieldError id={`${own}-error`} error={error} />
    </div>
  );
}

/** A fault at its field; the region is always there, so that what appears in it is read out. */
export function FieldError({ id, error }: { id: string; error: string | undefined }) {
  return (
    <p id={id} aria-live="polite" className="text-[0.8125rem] text-danger-text empty:hidden">
      {error}
    </p>
  );
}

export function TextInput({ className, ...rest }: ComponentProps<'input'>) {
  return <input type="text" {...rest} className={cx(inputClass, className)} />;
}

export function TextArea({ className, rows = 4, ...rest }: ComponentProps<'textarea'>) {
  return <textarea rows={rows} {...rest} className={cx(inputClass, 'py-2 leading-relaxed', className)} />;
}

export function Select({ className, children, ...rest }: ComponentProps<'select'>) {
  return (
    <span className={cx('relative', className)}>
      <select {...rest} className={cx(inputClass, 'appearance-none truncate pe-8')}>
        {children}
      </select>
      <ChevronDown className="pointer-events-none absolute end-2.5 top-2.5 size-4 text-muted" aria-hidden />
    </span>
  );
}
