import { useId, useState, type SyntheticEvent } from 'react';
import { deploys, isPending, needsReason, room } from '@/api/lifecycle';
import type { Action, Decision, Ticket } from '@/api/types';
import { useCompared } from '@/hooks/useComparisons';
import { useDecision, type Refusal } from '@/hooks/useDecision';
import { useKept } from '@/hooks/useKept';
import { useTold } from '@/hooks/useTold';
import { useSpeech } from '@/i18n';
import { explain } from '@/i18n/server';
import { useRoot } from '@/shell/root';
import { Button } from '@/ui/Button';
import { Dialog, DialogActions } from '@/ui/Dialog';
import { Field, TextArea } from '@/ui/Field';
import { Notice } from '@/ui/Notice';
import { useToast } from '@/ui/Toast';
import { decisionFault, useDecisionWords } from './decisionWords';
import { StaleSignIn } from './StaleSignIn';
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
  const [text, setText] = useKept(`${id}-${decision}`);
  const [checked, setChecked] = useState(false);
  const form = useId();
  const compared = useCompared(ticket);
  const shown = useShown(compared);
  const approving = decision === 'approve';
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
    if (!fault) decide({ id, decision, text, etag, production: approving ? shown.production : undefined });
    else root.getElementById(`${form}-text`)?.focus();
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
            tone={leads ? 'primary' : 'danger'}
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

interface MovedProps {
  id: string;
  shown: ReturnType<typeof useShown>;
  refusal: Refusal | undefined;
  onLook: () => void;
}

/** Production is another version than the one that was shown: nothing is approved before that was looked at. */
function Moved({ id, shown, refusal, onLook }: MovedProps) {
  const { t } = useSpeech();
  return (
    <div id={id}>
      <Notice
        look="warn"
        urgent
        title={t.decide.moved}
        action={
          <Button small onClick={onLook}>
            {t.decide.lookAgain}
          </Button>
        }
      >
        {shown.now === undefined
          ? explain(t, refusal?.error)
          : t.decide.movedHelp(shown.production ?? '', shown.now)}
      </Notice>
    </div>
  );
}

interface RefusedProps {
  refusal: Refusal;
  id: string;
  decision: Decision;
}

/** Why it was refused, and the way on: a fresh sign-in, another look, or simply another try. */
function Refused({ refusal: { maxAge, overtaken, error }, id, decision }: RefusedProps) {
  const { t } = useSpeech();
  if (maxAge !== undefined) {
    return <StaleSignIn maxAge={maxAge} returnTo={`/requests/${id}?decide=${decision}`} />;
  }
  return (
    <Notice look={overtaken ? 'info' : 'fault'} urgent title={overtaken ? t.decide.changed : t.errors.title}>
      {explain(t, error)}
    </Notice>
  );
}

type OvertakenProps = Pick<DecisionDialogProps, 'ticket' | 'nameOf' | 'onClose'> & { title: string };

/** What Prodgate does by itself and nobody expects. */
const DECIDED_ITSELF: readonly Action[] = ['expired', 'lapsed', 'superseded'];

/** What somebody else did meanwhile, instead of a question that has no room any more. */
function Overtaken({ title, ticket, nameOf, onClose }: OvertakenProps) {
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
