import { SNOOZES, snoozeEnd, withSnooze, type SnoozeFor } from '@/components/requests/list/snooze';
import { useChangePreferences } from '@/hooks/usePreferences';
import { useSpeech } from '@/i18n';
import { useDecidingWords } from '@/i18n/deciding';
import { explain } from '@/i18n/server';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Notice } from '@/ui/Notice';

interface SnoozeDialogProps {
  id: string;
  what: string;
  onClose: () => void;
  onSnoozed: (until: Date) => void;
}

/** Asks until when a request is set aside. */
export function SnoozeDialog({ id, what, onClose, onSnoozed }: SnoozeDialogProps) {
  const { t, format } = useSpeech();
  const words = useDecidingWords();
  const change = useChangePreferences();
  const now = new Date();
  const snooze = (how: SnoozeFor) => {
    const until = snoozeEnd(how, new Date());
    change.mutate((was) => withSnooze(was, id, until, Date.now()), {
      onSuccess: () => {
        onClose();
        onSnoozed(until);
      },
    });
  };
  return (
    <Dialog
      title={words.snoozeTitle(what)}
      description={words.snoozeHelp}
      locked={change.isPending}
      onClose={onClose}
    >
      {change.error && (
        <Notice look="fault" urgent>
          {explain(t, change.error)}
        </Notice>
      )}
      <ul className="mt-1 space-y-2">
        {SNOOZES.map((how, index) => (
          <li key={how}>
            <Button
              className="w-full justify-between!"
              busy={change.isPending}
              data-autofocus={index === 0 || undefined}
              onClick={() => snooze(how)}
            >
              {words.snoozes[how]}
              <span className="font-normal text-muted">
                {format.dateTime(snoozeEnd(how, now).toISOString())}
              </span>
            </Button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
