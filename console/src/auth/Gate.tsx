import { useEffect } from 'react';
import { Outlet, useLocation } from 'react-router';
import { LiveProvider } from '@/hooks/useLive';
import { useSpeech } from '@/i18n';
import { Button } from '@/ui/Button';
import { Dialog, DialogActions } from '@/ui/Dialog';
import { session } from './session';
import { SignInPage, Unreachable } from './SignInPage';
import { useSession } from './useSession';

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
      {status === 'expired' && <Ended help={t.signIn.expiredHelp} returnTo={pathname + search} />}
      {status === 'revoked' && <Ended help={t.signIn.revokedHelp} returnTo={pathname + search} />}
    </LiveProvider>
  );
}

function Ended({ help, returnTo }: { help: string; returnTo: string }) {
  const { t } = useSpeech();
  return (
    <Dialog locked title={t.signIn.expired} description={help} onClose={() => undefined}>
      <DialogActions>
        <Button onClick={() => session.signOut()}>{t.account.signOut}</Button>
        <Button tone="primary" data-autofocus onClick={() => session.signIn(returnTo)}>
          {t.signIn.button}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
