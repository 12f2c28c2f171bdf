import { CloudOff, LoaderCircle, LogIn } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { usePageTitle } from '@/hooks/usePageTitle';
import { useSpeech } from '@/i18n';
import { Logo } from '@/shell/Logo';
import { Button } from '@/ui/Button';
import { Notice } from '@/ui/Notice';
import { session } from './session';

/** The page before anybody is known: one thing to do. */
export function SignInPage({ returnTo, failed }: { returnTo: string; failed?: boolean }) {
  const { t } = useSpeech();
  const [going, setGoing] = useState(false);
  const [away, setAway] = useState(false);
  usePageTitle(t.signIn.title);
  const go = async () => {
    setGoing(true);
    setAway(false);
    try {
      await session.signIn(returnTo);
    } catch {
      // The provider's own description could not be had, so there is nowhere to go.
      setAway(true);
      setGoing(false);
    }
  };
  return (
    <Bare>
      {failed && (
        <Notice look="fault" urgent title={t.signIn.failed}>
          {t.signIn.failedHelp}
        </Notice>
      )}
      {away && (
        <Notice look="fault" urgent>
          {t.errors.unreachable}
        </Notice>
      )}
      <h1 className="text-xl font-semibold">{t.signIn.title}</h1>
      <p className="-mt-2 text-muted">{t.tagline}</p>
      <Button tone="primary" busy={going} onClick={go} className="min-h-11 w-full text-[0.9375rem]">
        {!going && <LogIn className="size-4" aria-hidden />}
        {going ? t.signIn.going : t.signIn.button}
      </Button>
      <LanguageSwitch />
    </Bare>
  );
}

export function Unreachable() {
  const { t } = useSpeech();
  usePageTitle(t.signIn.unreachable);
  return (
    <Bare>
      <CloudOff className="size-8 text-muted" aria-hidden />
      <div role="alert">
        <h1 className="text-lg font-semibold">{t.signIn.unreachable}</h1>
        <p className="text-muted">{t.signIn.unreachableHelp}</p>
      </div>
      <Button onClick={() => session.start()}>{t.common.retry}</Button>
    </Bare>
  );
}

export function SigningIn() {
  const { t } = useSpeech();
  return (
    <Bare>
      <p role="status" className="flex items-center gap-2 text-muted">
        <LoaderCircle className="size-4 motion-safe:animate-spin" aria-hidden />
        {t.signIn.returning}
      </p>
    </Bare>
  );
}

function LanguageSwitch() {
  const { language, setLanguage } = useSpeech();
  const other = language === 'en' ? 'fr' : 'en';
  return (
    <button
      type="button"
      lang={other}
      onClick={() => setLanguage(other)}
      className="self-center rounded px-2 py-1 text-muted underline-offset-2 hover:text-text hover:underline"
    >
      {other === 'fr' ? 'Français' : 'English'}
    </button>
  );
}

function Bare({ children }: { children: ReactNode }) {
  const { t } = useSpeech();
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="flex w-full max-w-sm flex-col gap-4 rounded-xl border border-line bg-surface p-7 shadow-sm">
        <span className="flex items-center gap-2 font-semibold">
          <Logo />
          {t.name}
        </span>
        {children}
      </div>
    </main>
  );
}
