import { useSpeech } from '@/i18n';
import { Button } from '@/ui/Button';
import { Dialog, DialogActions } from '@/ui/Dialog';
import { session } from './session';

/** Offers the sign-in over a page whose session ended. */
export default function Ended({ help, returnTo }: { help: string; returnTo: string }) {
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
