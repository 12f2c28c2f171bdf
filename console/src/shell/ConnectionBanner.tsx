import { WifiOff } from 'lucide-react';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useLive } from '@/hooks/useLive';
import { useSpeech } from '@/i18n';
import { useToast } from '@/ui/Toast';

/** A stream that comes back within this time is nobody's business. */
const QUIET_MS = 3_000;

/** Says when what is shown may be old: no network, or no live updates; and when that is over. */
export function ConnectionBanner() {
  const { t } = useSpeech();
  const say = useToast();
  const { status } = useLive();
  const online = useOnline();
  const lost = useLasting(status === 'lost', QUIET_MS);
  const shown = !online ? t.live.offline : lost ? t.live.lost : undefined;

  const was = useRef(shown);
  useEffect(() => {
    if (was.current && !shown) say('done', t.live.back);
    was.current = shown;
  }, [shown, say, t]);

  return (
    <div role="status" className="print:hidden">
      {shown && (
        <p className="flex items-center justify-center gap-2 bg-warn-soft px-4 py-1.5 text-center text-warn-text">
          <WifiOff className="size-4 shrink-0" aria-hidden />
          {shown}
        </p>
      )}
    </div>
  );
}

function useOnline(): boolean {
  return useSyncExternalStore(
    (changed) => {
      window.addEventListener('online', changed);
      window.addEventListener('offline', changed);
      return () => {
        window.removeEventListener('online', changed);
        window.removeEventListener('offline', changed);
      };
    },
    () => navigator.onLine,
  );
}

/** Whether something holds, and has held for so long. */
function useLasting(holds: boolean, ms: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setLasting(holds), holds ? ms : 0);
    return () => window.clearTimeout(timer);
  }, [holds, ms]);
  return lasting;
}
