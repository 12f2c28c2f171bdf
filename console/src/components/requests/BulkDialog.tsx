import { CircleCheck, CircleDashed, CircleX, LoaderCircle } from 'lucide-react';
import { useId, useState, type SyntheticEvent } from 'react';
import type { Ticket } from '@/api/types';
import { useBulk, type Outcome } from '@/hooks/useBulk';
import { useKept } from '@/hooks/useKept';
import { useSpeech } from '@/i18n';
import { explain } from '@/i18n/server';
import { Button } from '@/ui/Button';
import { Dialog, DialogActions } from '@/ui/Dialog';
import { Field, TextArea } from '@/ui/Field';
import { decisionFault } from './decisionWords';
import { ImpactBadge } from './ImpactBadge';
import { handle } from './people';
import { StaleSignIn } from './StaleSignIn';

interface BulkDialogProps {
  decision: 'approve' | 'reject';
  tickets: readonly Ticket[];
  onClose: () => void;
}

/** One question for several requests, and what became of each. */
export function BulkDialog({ decision, tickets, onClose }: BulkDialogProps) {
  const { t } = useSpeech();
  const form = useId();
  const [text, setText] = useKept(`bulk-${decision}`);
  const [checked, setChecked] = useState(false);
  const bulk = useBulk(tickets, decision);
  const fault = decisionFault(t, decision, text);
  // Where one was refused because the sign-in is too old, the others would be too.
  const maxAge = tickets
    .map((each) => maxAgeOf(bulk.outcome(each.metadata.id)))
    .find((each) => each !== undefined);
  const rejecting = decision === 'reject';
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setChecked(true);
    if (!fault) void bulk.run(text);
    else document.getElementById(`${form}-text`)?.focus();
  };
  const close = () => {
    if (bulk.done) setText('');
    onClose();
  };

  return (
    <Dialog
      wide
      title={(rejecting ? t.decide.bulkReject : t.decide.bulkApprove)(tickets.length)}
      description={rejecting ? t.decide.bulkRejectHelp : t.decide.bulkApproveHelp}
      locked={bulk.phase === 'running'}
      onClose={close}
    >
      <form onSubmit={submit} noValidate className="space-y-4">
        <ul className="max-h-72 divide-y divide-line overflow-y-auto rounded-md border border-line">
          {tickets.map((ticket) => (
            <BulkRow key={ticket.metadata.id} ticket={ticket} outcome={bulk.outcome(ticket.metadata.id)} />
          ))}
        </ul>
        {bulk.phase === 'asking' ? (
          <Field
            id={`${form}-text`}
            label={rejecting ? t.decide.bulkReason : t.decide.bulkComment}
            help={rejecting ? t.decide.reasonHelp : t.decide.commentHelp}
            optional={!rejecting}
            error={checked ? fault : undefined}
          >
            {(wiring) => (
              <TextArea
                {...wiring}
                data-autofocus
                rows={3}
                value={text}
                onChange={(event) => setText(event.target.value)}
              />
            )}
          </Field>
        ) : (
          <p role="status" className="font-medium">
            {t.decide.bulkResult(bulk.done, tickets.length)}
          </p>
        )}
        {maxAge !== undefined && <StaleSignIn maxAge={maxAge} returnTo="/requests?tab=waiting" />}
        <DialogActions>
          {bulk.phase === 'asking' && <Button onClick={close}>{t.common.cancel}</Button>}
          {bulk.phase === 'running' && <Button onClick={bulk.stop}>{t.decide.bulkStop}</Button>}
          {bulk.phase === 'over' ? (
            <Button tone="primary" onClick={close}>
              {t.common.close}
            </Button>
          ) : (
            <Button type="submit" tone={rejecting ? 'danger' : 'primary'} busy={bulk.phase === 'running'}>
              {rejecting ? t.decide.confirmReject : t.decide.confirmApprove}
            </Button>
          )}
        </DialogActions>
      </form>
    </Dialog>
  );
}

const maxAgeOf = (outcome: Outcome) => (typeof outcome === 'object' ? outcome.maxAge : undefined);

function BulkRow({ ticket, outcome }: { ticket: Ticket; outcome: Outcome }) {
  const { t, format } = useSpeech();
  const { name, version } = ticket.spec.target;
  const date = ticket.spec.request.scheduledDate;
  return (
    <li className="flex items-center gap-3 px-3 py-2">
      <OutcomeIcon outcome={outcome} />
      <span className="min-w-0 grow">
        <span className="font-medium">{name}</span>{' '}
        <span className="font-mono text-[0.8125rem]">{version}</span>
        <span className="block text-[0.8125rem] text-muted">
          <span className="font-mono text-xs">{ticket.metadata.id}</span> ·{' '}
          {t.list.by(handle(ticket.metadata.createdBy))}
          {date && ` · ${t.list.scheduled(format.dateTime(date))}`}
        </span>
        {typeof outcome === 'object' && (
          <span className="block text-[0.8125rem] text-danger-text">
            {outcome.maxAge === undefined ? explain(t, outcome.error) : t.signIn.tooOld}
          </span>
        )}
      </span>
      <span className="text-[0.8125rem]">
        <ImpactBadge impact={ticket.spec.request.impactAssessment} />
      </span>
    </li>
  );
}

function OutcomeIcon({ outcome }: { outcome: Outcome }) {
  const { t } = useSpeech();
  const [Icon, color, name] =
    outcome === 'done'
      ? [CircleCheck, 'text-ok-text', t.decide.bulkDone]
      : outcome === 'running'
        ? [LoaderCircle, 'text-info-text motion-safe:animate-spin', t.decide.bulkRunning]
        : outcome === 'waiting'
          ? [CircleDashed, 'text-muted', t.decide.bulkWaiting]
          : [CircleX, 'text-danger-text', t.errors.title];
  return <Icon className={`size-4 shrink-0 ${color}`} role="img" aria-label={name} />;
}
