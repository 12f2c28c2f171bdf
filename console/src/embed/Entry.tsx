import { useEffect, type ReactNode } from 'react';
import { useLocation } from 'react-router';
import { useSpeech } from '@/i18n';
import { useSession } from '@/auth/useSession';
import { PageSkeleton } from '@/shell/Shell';
import { Button } from '@/ui/Button';
import { Notice } from '@/ui/Notice';
import { framedElsewhere } from './framed';
import { session, type SessionState } from './session';
import { useElementWords } from './words';

const TRY_AGAIN_MS = 5_000;

/** Shows what is inside to people whom the host has signed in; `quiet` says nothing to anybody else. */
export function Entry({ quiet, children }: { quiet: boolean; children: ReactNode }) {
  const { t } = useSpeech();
  const words = useElementWords();
  const { status } = useSession();
  const framed = framedElsewhere();
  useEffect(() => {
    if (status !== 'unreachable') return undefined;
    const timer = window.setInterval(() => void session.start(), TRY_AGAIN_MS);
    return () => window.clearInterval(timer);
  }, [status]);

  const open = !framed && (status === 'signed-in' || status === 'expired' || status === 'revoked');
  if (quiet) return open ? children : null;
  if (status === 'starting' && !framed) return <PageSkeleton />;
  return (
    <>
      {!open && <h1 className="mb-4 text-xl font-semibold">{t.list.title}</h1>}
      {framed ? (
        <Notice look="warn" title={words.framed}>
          {words.framedHelp}
        </Notice>
      ) : (
        <Refused status={status} />
      )}
      {open && children}
    </>
  );
}

/** Why nothing is shown, or why no more can be done, and what helps. */
function Refused({ status }: { status: SessionState['status'] }) {
  const { t } = useSpeech();
  const words = useElementWords();
  switch (status) {
    case 'signed-out':
      return <SignIn title={words.signedOut} help={words.signedOutHelp} />;
    case 'expired':
      return <SignIn title={t.signIn.expired} help={t.signIn.expiredHelp} />;
    case 'revoked':
      return <SignIn title={t.signIn.expired} help={t.signIn.revokedHelp} />;
    case 'unreachable':
      return (
        <Notice
          look="fault"
          urgent
          title={t.signIn.unreachable}
          action={<Button onClick={() => session.start()}>{t.common.retry}</Button>}
        >
          {t.signIn.unreachableHelp}
        </Notice>
      );
    default:
      return null;
  }
}

function SignIn({ title, help }: { title: string; help: string }) {
  const { t } = useSpeech();
  const { pathname, search } = useLocation();
  return (
    <div className="mb-4">
      <Notice
        look="info"
        urgent
        title={title}
        action={
          <Button tone="primary" onClick={() => session.signIn(pathname + search)}>
            {t.signIn.button}
          </Button>
        }
      >
        {help}
      </Notice>
    </div>
  );
}
