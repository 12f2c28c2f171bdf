import { useId, useState, type SyntheticEvent } from 'react';
import { behalfOf } from '@/api/behalf';
import { deploys, isPending, needsReason, room } from '@/api/lifecycle';
import type { Decision, Ticket } from '@/api/types';
import { useCompared } from '@/hooks/useComparisons';
import { useDecision } from '@/hooks/useDecision';
import { useKept } from '@/hooks/useKept';
import { usePermissions } from '@/hooks/useRequests';
import { useSpeech } from '@/i18n';
import { useDelegationWords } from '@/i18n/delegations';
import { useRoot } from '@/shell/root';
import { Button } from '@/ui/Button';
import { Dialog, DialogActions } from '@/ui/Dialog';
import { Field, TextArea } from '@/ui/Field';
import { When } from '@/ui/Time';
import { useToast } from '@/ui/Toast';
import { decisionFault, useDecisionWords } from './decisionWords';
import { Overtaken } from './Overtaken';
import { Moved, Refused } from './Refusals';
import { useShown } from './useShown';
import { WhatItReplaces } from './WhatItReplaces';

interface DecisionDialogProps {
  decision: Decision;
  ticket: Ticket;
  etag: string | undefined;
  /** Somebody's name, from their address. */
  nameOf: (email: string) => string;
  onClose: () => void;
  /** Called once the server has taken it. */
  onDecided?: (ticket: Ticket) => void;
}

/** Asks once more before a decision, and takes its comment or reason. */
export function DecisionDialog({ decision, ticket, etag, nameOf, onClose, onDecided }: DecisionDialogProps) {
  const { t } = useSpeech();
  const root = useRoot();
  const say = useToast();
  const { id } = ticket.metadata;
  const words = useDecisionWords(decision, ticket);
  const delegated = useDelegationWords();
  const [text, setText] = useKept(`${id}-${decision}`);
  const [checked, setChecked] = useState(false);
  const form = useId();
  const compared = useCompared(ticket);
  const shown = useShown(compared);
  const behalf = behalfOf(usePermissions(id).data, decision);
  const approving = decision === 'approve' || decision === 'emergency';
  const { decide, forget, busy, refusal } = useDecision((taken, recorded) => {
    setText('');
    onClose();
    onDecided?.(taken);
    if (recorded) say('done', approving && isPending(taken) ? t.votes.done(id) : words.done);
    else say('info', t.decide.held(id));
  });
  const fault = decisionFault(t, decision, text);
  // Somebody else was first, seen live or by the refusal. One's own decision is seen live too, while it is under way.
  if (!busy && !room(ticket).includes(decision)) {
    return <Overtaken title={words.title} ticket={ticket} nameOf={nameOf} onClose={onClose} />;
  }
  const leads = deploys(decision);
  const comparing = approving && compared === 'loading';
  const moved = approving && !busy && (shown.now !== undefined || (refusal?.moved ?? false));
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setChecked(true);
    if (moved || comparing) return;
    if (!fault) {
      const production = approving ? shown.production : undefined;
      decide({ id, decision, text, etag, production, onBehalfOf: behalf?.giver.email });
    } else root.getElementById(`${form}-text`)?.focus();
  };
  const lookAgain = () => {
    shown.look();
    forget();
    root.getElementById(`${form}-text`)?.focus();
  };

  return (
    <Dialog
      title={words.title}
      description={words.help}
      describedBy={leads ? `${form}-replaces` : undefined}
      onClose={onClose}
      locked={busy}
    >
      <form id={form} onSubmit={submit} noValidate className="space-y-4">
        {leads && (
          <div id={`${form}-replaces`}>
            <WhatItReplaces ticket={ticket} />
          </div>
        )}
        {behalf && (
          <p className="font-medium">
            {delegated.banner(behalf.giver.name)} <When at={behalf.until} />
          </p>
        )}
        {moved && <Moved id={`${form}-moved`} shown={shown} refusal={refusal} onLook={lookAgain} />}
        {refusal && !refusal.moved && <Refused refusal={refusal} id={id} decision={decision} />}
        <Field
          id={`${form}-text`}
          label={words.label}
          help={words.labelHelp}
          optional={!needsReason(decision)}
          error={checked ? fault : undefined}
        >
          {(wiring) => (
            <TextArea
              {...wiring}
              data-autofocus
              rows={3}
              value={text}
              readOnly={busy}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <DialogActions>
          <Button off={busy} onClick={onClose}>
            {decision === 'cancel' ? t.decide.keep : t.common.cancel}
          </Button>
          <Button
            type="submit"
            tone={(leads && decision !== 'emergency') || decision === 'ratify' ? 'primary' : 'danger'}
            busy={busy || comparing}
            off={moved}
            aria-describedby={moved ? `${form}-moved` : undefined}
          >
            {words.confirm}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
