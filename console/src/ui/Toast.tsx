import { CircleCheck, Info, X } from 'lucide-react';
import { createContext, use, useCallback, useRef, useState, type ReactNode } from 'react';
import { useSpeech } from '@/i18n';

type Kind = 'done' | 'info';

interface Toast {
  key: number;
  kind: Kind;
  text: string;
  /** What can be done about it. */
  action: ReactNode;
}

type Say = (kind: Kind, text: string, action?: ReactNode) => void;

const SHOWN_MS = 7_000;
const MOST = 4;
const ICONS = { done: CircleCheck, info: Info };
const COLORS = { done: 'text-ok-text', info: 'text-info-text' };

const Saying = createContext<Say | undefined>(undefined);

/** Short messages about what happened; they go after a while, unless they are looked at. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const next = useRef(0);
  const drop = useCallback((key: number) => setToasts((was) => was.filter((each) => each.key !== key)), []);
  const say = useCallback<Say>((kind, text, action) => {
    next.current += 1;
    const toast = { key: next.current, kind, text, action };
    setToasts((was) => [...was.filter((each) => each.text !== text), toast].slice(-MOST));
  }, []);
  return (
    <Saying value={say}>
      {children}
      <div
        role="status"
        aria-live="polite"
        className="pointer-events-none fixed inset-x-3 bottom-3 z-50 flex flex-col items-center gap-2 sm:inset-x-auto sm:end-4 sm:bottom-4 sm:items-end print:hidden"
      >
        {toasts.map((toast) => (
          <ToastCard key={toast.key} toast={toast} drop={drop} />
        ))}
      </div>
    </Saying>
  );
}

function ToastCard({ toast, drop }: { toast: Toast; drop: (key: number) => void }) {
  const { t } = useSpeech();
  const Icon = ICONS[toast.kind];
  const ref = useTimer(() => drop(toast.key));
  return (
    <div
      ref={ref}
      className="pointer-events-auto flex w-full max-w-sm items-start gap-2.5 rounded-lg border border-line bg-raised py-2.5 ps-3 pe-1.5 shadow-lg"
    >
      <Icon className={`mt-0.5 size-4 shrink-0 ${COLORS[toast.kind]}`} aria-hidden />
      <p className="grow">{toast.text}</p>
      {toast.action}
      <button
        type="button"
        onClick={() => drop(toast.key)}
        aria-label={t.common.dismiss}
        className="grid size-7 shrink-0 place-items-center rounded text-muted hover:bg-hover hover:text-text"
      >
        <X className="size-3.5" aria-hidden />
      </button>
    </div>
  );
}

/** Runs `over` after a while in which the element was neither pointed at nor focused (WCAG 2.2.1). */
function useTimer(over: () => void) {
  const last = useRef(over);
  return useCallback((element: HTMLElement | null) => {
    const ended = last.current;
    if (!element) return undefined;
    let timer = 0;
    const start = () => (timer = window.setTimeout(ended, SHOWN_MS));
    const stop = () => window.clearTimeout(timer);
    start();
    const events = { mouseenter: stop, focusin: stop, mouseleave: start, focusout: start };
    Object.entries(events).forEach(([name, act]) => element.addEventListener(name, act));
    return stop;
  }, []);
}

export function useToast(): Say {
  const say = use(Saying);
  if (!say) throw new Error('useToast outside of ToastProvider');
  return say;
}
