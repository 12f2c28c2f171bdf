import { useId, useState, type SyntheticEvent } from 'react';
import { ROOM } from '@/api/lifecycle';
import type { Decision, Ticket } from '@/api/types';
import { useDecision, type Refusal } from '@/hooks/useDecision';
import { useKept } from '@/hooks/useKept';
import { useSpeech } from '@/i18n';
import { explain } from '@/i18n/server';
import { Button } from '@/ui/Button';
import { Dialog, DialogActions } from '@/ui/Dialog';
import { Field, TextArea } from '@/ui/Field';
import { Notice } from '@/ui/Notice';
import { useToast } from '@/ui/Toast';
import { decisionFault, useDecisionWords } from './decisionWords';
import { StaleSignIn } from './StaleSignIn';
import { WhatItReplaces } from './WhatItReplaces';

interface DecisionDialogProps {
  decision: Decision;
  ticket: Ticket;
  etag: string | undefined;
  /** Somebody's name, from their address. */
  nameOf: (email: string) => string;
  onClose: () => void;
}

/** Asks once more before a decision, and takes its comment or reason. */
export function DecisionDialog({ decision, ticket, etag, nameOf, onClose }: DecisionDialogProps) {
  const { t } = useSpeech();
  const say = useToast();
  const { id } = ticket.metadata;
  const words = useDecisionWords(decision, ticket);
  const [text, setText] = useKept(`${id}-${decision}`);
  const [checked, setChecked] = useState(false);
  const form = useId();
  const { decide, busy, refusal } = useDecision((_, recorded) => {
    setText('');
    onClose();
    if (recorded) say('done', words.done);
    else say('info', t.decide.held(id));
  });
  const fault = decisionFault(t, decision, text);
  // Somebody else was first, seen live or by the refusal. One's own decision is seen live too, while it is under way.
  if (!busy && !ROOM[ticket.status.state].includes(decision)) {
    return <Overtaken title={words.title} ticket={ticket} nameOf={nameOf} onClose={onClose} />;
  }
  const deploys = decision === 'approve' || decision === 'retry';
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setChecked(true);
    if (!fault) decide({ id, decision, text, etag });
    else document.getElementById(`${form}-text`)?.focus();
  };

  return (
    <Dialog
      title={words.title}
      description={words.help}
      describedBy={deploys ? `${form}-replaces` : undefined}
      onClose={onClose}
      locked={busy}
    >
      <form id={form} onSubmit={submit} noValidate className="space-y-4">
        {deploys && (
          <div id={`${form}-replaces`}>
            <WhatItReplaces ticket={ticket} />
          </div>
        )}
        {refusal && <Refused refusal={refusal} id={id} decision={decision} />}
        <Field
          id={`${form}-text`}
          label={words.label}
          help={words.labelHelp}
          optional={decision !== 'reject'}
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
          <Button type="submit" tone={deploys ? 'primary' : 'danger'} busy={busy}>
            {words.confirm}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
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

/** What somebody else did meanwhile, instead of a question that has no room any more. */
function Overtaken({ title, ticket, nameOf, onClose }: OvertakenProps) {
  const { t } = useSpeech();
  const { history } = ticket.status;
  // Who decided is what surprises here; that its deployment has started since is on the page behind.
  const last = history.findLast((entry) => entry.by !== 'system') ?? history.at(-1);
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
