import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { createPortal } from 'react-dom';
import { answersCache } from '@/api/cache';
import { useSession } from '@/auth/useSession';
import { LiveProvider } from '@/hooks/useLive';
import { elements } from './element';
import { Frame } from './Frame';
import { session } from './session';

/** All elements of the page as one tree, so that they share what was read and one live stream; anew for another person. */
export function Elements() {
  const who = useSyncExternalStore(session.subscribe, session.who);
  return <ElementsOf key={who} known={who !== ''} />;
}

function ElementsOf({ known }: { known: boolean }) {
  const cache = useMemo(() => answersCache(), []);
  const shown = useSyncExternalStore(elements.subscribe, elements.read);
  useReadAgain(() => void cache.invalidateQueries());
  const portals = shown.map((each) => createPortal(<Frame element={each} />, each.tree, each.key));
  return (
    <QueryClientProvider client={cache}>
      {known && shown.length > 0 ? <LiveProvider>{portals}</LiveProvider> : portals}
    </QueryClientProvider>
  );
}

/** What was refused while the session was over is asked for again when it goes on. */
function useReadAgain(read: () => void): void {
  const { status } = useSession();
  const before = useRef(status);
  useEffect(() => {
    if (status === 'signed-in' && before.current !== status) read();
    before.current = status;
  });
}
