import { useId, useState, type SyntheticEvent } from 'react';
import type { Ticket } from '@/api/types';
import { useBulk } from '@/hooks/useBulk';
import { useComparisons } from '@/hooks/useComparisons';
import { useContracts } from '@/hooks/useContract';
import { useKept } from '@/hooks/useKept';
import { useSpeech } from '@/i18n';
import { useRoot } from '@/shell/root';
import { Button } from '@/ui/Button';
import { Dialog, DialogActions } from '@/ui/Dialog';
import { Field, TextArea } from '@/ui/Field';
import { Notice } from '@/ui/Notice';
import { planOf, shownOf, type Plan } from './bulkPlan';
import { BulkRow } from './BulkRow';
import { decisionFault } from './decisionWords';
import { SharedTargets } from './SharedTargets';
import { isWarning } from '@/components/requests/VersionChange';

interface BulkDialogProps {
  decision: 'approve' | 'reject';
  tickets: readonly Ticket[];
  onClose: () => void;
}

/** One question for several requests, and what became of each. */
export function BulkDialog({ decision, tickets, onClose }: BulkDialogProps) {
  const { t } = useSpeech();
  const root = useRoot();
  const form = useId();
  const [text, setText] = useKept(`bulk-${decision}`);
  const [checked, setChecked] = useState(false);
  const [newestOnly, setNewestOnly] = useState(true);
  const compared = useComparisons(tickets);
  const contract = useContracts(tickets);
  const bulk = useBulk(decision);
  // What was confirmed is what is done, whatever is deployed meanwhile.
  const [confirmed, confirm] = useState<Plan>();
  const plan = confirmed ?? planOf(tickets, compared);
  const rejecting = decision === 'reject';
  const leftOut = (id: string) => !rejecting && newestOnly && plan.older.has(id);
  const kept = plan.inTurn.filter((each) => !leftOut(each.metadata.id));
  const looks = kept.map((each) => compared(each.metadata.id));
  const reading =
    looks.includes('loading') || kept.some(({ metadata }) => contract(metadata.id) === 'loading');
  const comparing = !rejecting && bulk.phase === 'asking' && reading;
  const back = looks.filter((each) => typeof each === 'object' && isWarning(each.direction)).length;
  const fault = decisionFault(t, decision, text);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setChecked(true);
    if (comparing) return;
    if (fault) {
      root.getElementById(`${form}-text`)?.focus();
      return;
    }
    confirm(plan);
    void bulk.run(kept, text, rejecting ? undefined : shownOf(kept, compared));
  };
  const close = () => {
    if (bulk.done) setText('');
    onClose();
  };

  return (
    <Dialog
      wide
      title={(rejecting ? t.decide.bulkReject : t.decide.bulkApprove)(kept.length)}
      description={rejecting ? t.decide.bulkRejectHelp : t.decide.bulkApproveHelp}
      describedBy={`${form}-warnings`}
      locked={bulk.phase === 'running'}
      onClose={close}
    >
      <form onSubmit={submit} noValidate className="space-y-4">
        <div id={`${form}-warnings`} className="space-y-2 empty:hidden">
          {!rejecting && bulk.phase === 'asking' && (
            <>
              {looks.includes('failed') && <Notice look="warn">{t.versions.failed}</Notice>}
              {back > 0 && <Notice look="warn" title={t.bulk.older(back)} />}
              <SharedTargets plan={plan} newestOnly={newestOnly} onNewestOnly={setNewestOnly} />
            </>
          )}
        </div>
        <ul className="max-h-96 divide-y divide-line overflow-y-auto rounded-md border border-line">
          {plan.inTurn.map((ticket) => (
            <BulkRow
              key={ticket.metadata.id}
              ticket={ticket}
              compared={compared(ticket.metadata.id)}
              contract={contract(ticket.metadata.id)}
              outcome={leftOut(ticket.metadata.id) ? 'left-out' : bulk.outcome(ticket.metadata.id)}
            />
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
              <TextArea {...wiring} rows={3} value={text} onChange={(event) => setText(event.target.value)} />
            )}
          </Field>
        ) : (
          <p role="status" className="font-medium">
            {t.decide.bulkResult(bulk.done, kept.length)}
          </p>
        )}
        <DialogActions>
          {bulk.phase === 'asking' && <Button onClick={close}>{t.common.cancel}</Button>}
          {bulk.phase === 'running' && <Button onClick={bulk.stop}>{t.decide.bulkStop}</Button>}
          {bulk.phase === 'over' ? (
            <Button tone="primary" onClick={close}>
              {t.common.close}
            </Button>
          ) : (
            <Button
              type="submit"
              tone={rejecting ? 'danger' : 'primary'}
              busy={comparing || bulk.phase === 'running'}
            >
              {rejecting ? t.decide.confirmReject : t.decide.confirmApprove}
            </Button>
          )}
        </DialogActions>
      </form>
    </Dialog>
  );
}
