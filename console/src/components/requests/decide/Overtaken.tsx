import type { Action, Ticket } from '@/api/types';
import { useTold } from '@/hooks/useTold';
import { useSpeech } from '@/i18n';
import { Button } from '@/ui/Button';
import { Dialog, DialogActions } from '@/ui/Dialog';
import { Notice } from '@/ui/Notice';

interface OvertakenProps {
  title: string;
  ticket: Ticket;
  nameOf: (email: string) => string;
  onClose: () => void;
}

/** What Prodgate does by itself and nobody expects. */
const DECIDED_ITSELF: readonly Action[] = ['expired', 'lapsed', 'superseded'];

/** What somebody else did meanwhile, instead of a question that has no room any more. */
export function Overtaken({ title, ticket, nameOf, onClose }: OvertakenProps) {
  const { t } = useSpeech();
  const history = useTold(ticket);
  // Who decided is what surprises here; that its deployment has started since is on the page behind.
  const last =
    history.findLast(({ by, action }) => by !== 'system' || DECIDED_ITSELF.includes(action)) ??
    history.at(-1);
  const words = last?.reason ?? last?.comment;
  return (
    <Dialog title={title} onClose={onClose}>
      <Notice look="info" urgent title={t.decide.changed}>
        {last && t.decide.overtaken(nameOf(last.by), t.action[last.action])}
        {words && <q className="mt-1 block">{words}</q>}
      </Notice>
      <DialogActions>
        <Button tone="primary" data-autofocus onClick={onClose}>
          {t.common.close}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
