// The platform's own modal dialog: what is behind it is inert, Escape closes it and the focus returns by itself; and
// unlike libraries that lock the page's scrolling, it injects no style, which the content security policy forbids.
import { X } from 'lucide-react';
import { useEffect, useId, useRef, type ReactNode, type RefObject } from 'react';
import { useSpeech } from '@/i18n';
import { useRoot } from '@/shell/root';
import { cx } from './classes';

interface DialogProps {
  title: string;
  description?: ReactNode;
  /** The id of what else has to be read out when it opens. */
  describedBy?: string | undefined;
  onClose: () => void;
  children: ReactNode;
  /** While something is under way that closing would not undo. */
  locked?: boolean;
  wide?: boolean;
}

export function Dialog({
  title,
  description,
  describedBy,
  onClose,
  children,
  locked = false,
  wide,
}: DialogProps) {
  const { t } = useSpeech();
  const root = useRoot();
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useConfirmKey(element);
  useEffect(() => {
    const dialog = element.current;
    const before = root.activeElement;
    if (dialog && !dialog.open) {
      dialog.showModal();
      // By itself the dialog would focus its first button, which closes it. Where it asks for no field to be filled in
      // first, its beginning is what has to be in sight.
      const first = dialog.querySelector<HTMLElement>('[data-autofocus]') ?? dialog.querySelector('h2');
      first?.focus();
    }
    return () => {
      dialog?.close();
      // Where the dialog is taken off the page instead of closed, nothing else gives the focus back; and the button that
      // asked may be gone with what was decided.
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      else root.getElementById('content')?.focus({ preventScroll: true });
    };
  }, [root]);

  return (
    <dialog
      ref={element}
      aria-labelledby={`${id}-title`}
      aria-describedby={cx(description !== undefined && `${id}-description`, describedBy) || undefined}
      className={cx(
        'm-auto max-h-[min(46rem,calc(100dvh-2rem))] w-[calc(100vw-2rem)] overflow-y-auto overscroll-contain rounded-xl border border-line bg-raised p-0 text-text shadow-2xl',
        wide ? 'max-w-2xl' : 'max-w-lg',
      )}
      onCancel={(event) => {
        event.preventDefault();
        if (!locked) onClose();
      }}
    >
      <div className="flex items-start gap-3 px-5 pt-4">
        <h2 id={`${id}-title`} tabIndex={-1} className="grow text-base font-semibold outline-none">
          {title}
        </h2>
        {!locked && (
          <button
            type="button"
            onClick={onClose}
            className="-me-2 -mt-1 grid size-8 place-items-center rounded-md text-muted hover:bg-hover hover:text-text"
            aria-label={t.common.close}
          >
            <X className="size-4" aria-hidden />
          </button>
        )}
      </div>
      {description && (
        <p id={`${id}-description`} className="px-5 pt-1 text-muted">
          {description}
        </p>
      )}
      <div className="px-5 pt-4 pb-5">{children}</div>
    </dialog>
  );
}

/** Ctrl+Enter confirms what a dialog asks, from wherever in it one is. */
function useConfirmKey(element: RefObject<HTMLDialogElement | null>) {
  useEffect(() => {
    const dialog = element.current;
    const press = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.repeat) return;
      event.preventDefault();
      dialog?.querySelector('form')?.requestSubmit();
    };
    dialog?.addEventListener('keydown', press);
    return () => dialog?.removeEventListener('keydown', press);
  }, [element]);
}

export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="mt-5 flex flex-wrap justify-end gap-2">{children}</div>;
}
