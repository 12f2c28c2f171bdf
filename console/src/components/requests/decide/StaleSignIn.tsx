import { session } from '@/auth/session';
import { useSpeech } from '@/i18n';
import { Button } from '@/ui/Button';
import { Notice } from '@/ui/Notice';

/** A decision asks for a sign-in that is at most `maxAge` seconds old; it leads back to where one was. */
export function StaleSignIn({ maxAge, returnTo }: { maxAge: number; returnTo: string }) {
  const { t } = useSpeech();
  return (
    <Notice
      look="warn"
      urgent
      title={t.signIn.tooOld}
      action={
        <Button small onClick={() => session.signIn(returnTo, maxAge)}>
          {t.signIn.button}
        </Button>
      }
    >
      {t.signIn.tooOldHelp}
    </Notice>
  );
}
