import { lazy, Suspense, useEffect } from 'react';
import { Outlet, useLocation } from 'react-router';
import { LiveProvider } from '@/hooks/useLive';
import { useSpeech } from '@/i18n';
import { session } from './session';
import { SignInPage, Unreachable } from './SignInPage';
import { useSession } from './useSession';

const Ended = lazy(() => import('./Ended'));

const TRY_AGAIN_MS = 5_000;

/** Lets signed-in people through; a session that ended is renewed over the page, which stays as it is. */
export function Gate() {
  const { t } = useSpeech();
  const { status } = useSession();
  const { pathname, search } = useLocation();
  useEffect(() => {
    if (status !== 'unreachable') return undefined;
    const timer = window.setInterval(() => void session.start(), TRY_AGAIN_MS);
    return () => window.clearInterval(timer);
  }, [status]);

  if (status === 'starting') return null;
  if (status === 'unreachable') return <Unreachable />;
  if (status === 'signed-out') return <SignInPage returnTo={pathname + search} />;
  return (
    <LiveProvider>
      <Outlet />
      <Suspense fallback={null}>
        {status === 'expired' && <Ended help={t.signIn.expiredHelp} returnTo={pathname + search} />}
        {status === 'revoked' && <Ended help={t.signIn.revokedHelp} returnTo={pathname + search} />}
      </Suspense>
    </LiveProvider>
  );
}
