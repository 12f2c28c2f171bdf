import { useWebhookCall } from '@/hooks/useWebhooks';
import { useSpeech } from '@/i18n';
import { explain } from '@/i18n/server';
import { useWebhookWords } from '@/i18n/webhooks';
import { Button } from '@/ui/Button';
import { cx } from '@/ui/classes';

interface WebhookCallProps {
  tenant: string;
  id: string;
  /** The event to send again; a test without one. */
  event?: { ticket: string; number: number };
  label: string;
}

/** A button that has a webhook called now, and what came of it. */
export function WebhookCall({ tenant, id, event, label }: WebhookCallProps) {
  const { t } = useSpeech();
  const words = useWebhookWords();
  const call = useWebhookCall(tenant, id);
  const { delivered, status, failure } = call.data ?? {};
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <Button small aria-label={label} busy={call.isPending} onClick={() => call.mutate(event ?? null)}>
        {event ? words.again : words.test}
      </Button>
      <p role="status" className={cx('text-[0.8125rem] break-words', !delivered && 'text-danger-text')}>
        {call.isError && explain(t, call.error)}
        {status != null && (delivered ? words.delivered(status) : words.refused(status))}
        {status == null && failure && (
          <>
            {words.failed} <span lang="en">{failure}</span>
          </>
        )}
      </p>
    </div>
  );
}
