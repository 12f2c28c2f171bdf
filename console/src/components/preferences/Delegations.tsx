import { useRef, useState, type SyntheticEvent } from 'react';
import { holds } from '@/api/rights';
import { Section } from '@/components/requests/sections';
import { useDelegations, useHandOver, useWithdraw, type Delegation } from '@/hooks/useDelegations';
import { useSpeech } from '@/i18n';
import { useDelegationWords } from '@/i18n/delegations';
import { explain } from '@/i18n/server';
import { useCaller } from '@/shell/useCaller';
import { Button } from '@/ui/Button';
import { Field, TextInput } from '@/ui/Field';
import { NotRead } from '@/ui/NotRead';
import { Notice } from '@/ui/Notice';
import { When } from '@/ui/Time';
import { useToast } from '@/ui/Toast';

/** The votes that the reader handed over, those that were handed to them, and how to hand one over. */
export function Delegations() {
  const words = useDelegationWords();
  const me = useCaller();
  const { data, error, refetch } = useDelegations();
  return (
    <Section title={words.title}>
      <div className="space-y-4">
        <p className="max-w-prose text-[0.8125rem] text-muted">{words.help}</p>
        {error && <NotRead error={error} retry={refetch} />}
        {data && <Given found={data} me={me.email} />}
        {holds(me, 'approve') && <HandOver />}
      </div>
    </Section>
  );
}

function Given({ found, me }: { found: readonly Delegation[]; me: string }) {
  const words = useDelegationWords();
  if (!found.length) return <p className="text-muted">{words.none}</p>;
  return (
    <ul className="space-y-3">
      {found.map((each) => (
        <GivenVote key={each.id} delegation={each} me={me} />
      ))}
    </ul>
  );
}

function GivenVote({ delegation, me }: { delegation: Delegation; me: string }) {
  const { t } = useSpeech();
  const words = useDelegationWords();
  const say = useToast();
  const withdraw = useWithdraw();
  const { id, giver, to, since, until, state, counts, withdrawable, reason } = delegation;
  const title =
    giver.email === me
      ? words.mine(to.name)
      : to.email === me
        ? words.handed(giver.name)
        : words.between(giver.name, to.name);
  return (
    <li className="flex flex-wrap items-start justify-between gap-2">
      <div className="min-w-0">
        <p className="font-medium">{title}</p>
        <p className="text-[0.8125rem] text-muted">
          <When at={since} /> – <When at={until} />
          {(counts || state !== 'stands') && ` · ${words.states[state]}`}
        </p>
        <p className="text-[0.8125rem] wrap-anywhere text-muted">{reason}</p>
        {!counts && <p className="text-[0.8125rem] text-warn-text">{words.void}</p>}
        {withdraw.error && (
          <Notice look="fault" urgent title={t.errors.title}>
            {explain(t, withdraw.error)}
          </Notice>
        )}
      </div>
      {withdrawable && (
        <Button
          busy={withdraw.isPending}
          aria-label={`${words.withdraw}: ${title}`}
          onClick={() => withdraw.mutate(id, { onSuccess: () => say('info', words.ended) })}
        >
          {words.withdraw}
        </Button>
      )}
    </li>
  );
}

const NOTHING = { to: '', since: '', until: '', reason: '' };
type Draft = typeof NOTHING;

/** A local time of the browser as the API takes it; null for none. */
const moment = (local: string) => (local ? new Date(local).toISOString() : null);

function HandOver() {
  const { t } = useSpeech();
  const words = useDelegationWords();
  const say = useToast();
  const [draft, setDraft] = useState<Draft>(NOTHING);
  const key = useRef(crypto.randomUUID());
  const give = useHandOver();
  const change = (name: keyof Draft) => (event: { target: { value: string } }) => {
    key.current = crypto.randomUUID();
    setDraft({ ...draft, [name]: event.target.value });
  };
  const ready = draft.to.trim() && draft.until && draft.reason.trim().length >= 10;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!ready) return;
    const body = { to: draft.to.trim(), until: moment(draft.until) ?? '', reason: draft.reason.trim() };
    give.mutate(
      { body: { ...body, since: moment(draft.since) }, key: key.current },
      {
        onSuccess: ({ to }) => {
          setDraft(NOTHING);
          say('done', words.given(to.name));
        },
      },
    );
  };
  return (
    <form noValidate onSubmit={submit} className="space-y-3">
      <Field label={words.to} help={words.toHelp}>
        {(wiring) => <TextInput {...wiring} type="email" value={draft.to} onChange={change('to')} />}
      </Field>
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label={words.since} help={words.sinceHelp} optional>
          {(wiring) => (
            <TextInput {...wiring} type="datetime-local" value={draft.since} onChange={change('since')} />
          )}
        </Field>
        <Field label={words.until} help={words.untilHelp}>
          {(wiring) => (
            <TextInput {...wiring} type="datetime-local" value={draft.until} onChange={change('until')} />
          )}
        </Field>
      </div>
      <Field label={words.reason} help={words.reasonHelp}>
        {(wiring) => <TextInput {...wiring} value={draft.reason} onChange={change('reason')} />}
      </Field>
      {give.error && (
        <Notice look="fault" urgent title={t.errors.title}>
          {explain(t, give.error)}
        </Notice>
      )}
      <Button type="submit" tone="primary" off={!ready} busy={give.isPending}>
        {words.give}
      </Button>
    </form>
  );
}
