import { useState, type SyntheticEvent } from 'react';
import type { MadePasskey, Passkey } from '@/api/types';
import { Section } from '@/components/requests/sections';
import { useMakePasskey, usePasskeys, useWithdrawPasskey } from '@/hooks/usePasskeys';
import { useSpeech } from '@/i18n';
import { usePasskeyWords } from '@/i18n/passkeys';
import { explain } from '@/i18n/server';
import { Button } from '@/ui/Button';
import { Field, TextArea, TextInput } from '@/ui/Field';
import { NotRead } from '@/ui/NotRead';
import { Notice } from '@/ui/Notice';
import { When } from '@/ui/Time';
import { useToast } from '@/ui/Toast';

/** The reader's passkeys, and how to make one. */
export function Passkeys() {
  const words = usePasskeyWords();
  const { data, error, refetch } = usePasskeys();
  return (
    <Section title={words.title}>
      <div className="space-y-4">
        <p className="max-w-prose text-[0.8125rem] text-muted">{words.help}</p>
        {error && <NotRead error={error} retry={refetch} />}
        {data && <Own found={data} />}
        <Make />
      </div>
    </Section>
  );
}

function Own({ found }: { found: readonly Passkey[] }) {
  const words = usePasskeyWords();
  if (!found.length) return <p className="text-muted">{words.none}</p>;
  return (
    <ul className="space-y-3">
      {found.map((each) => (
        <OwnPasskey key={each.id} passkey={each} />
      ))}
    </ul>
  );
}

function OwnPasskey({ passkey: { id, label, createdAt, counts } }: { passkey: Passkey }) {
  const { t } = useSpeech();
  const words = usePasskeyWords();
  const say = useToast();
  const withdraw = useWithdrawPasskey();
  return (
    <li className="flex flex-wrap items-start justify-between gap-2">
      <div className="min-w-0">
        <p className="font-medium wrap-anywhere">{label}</p>
        <p className="text-[0.8125rem] text-muted">
          {words.since} <When at={createdAt} /> · {counts ? words.counts : words.over}
        </p>
        {withdraw.error && (
          <Notice look="fault" urgent title={t.errors.title}>
            {explain(t, withdraw.error)}
          </Notice>
        )}
      </div>
      {counts && (
        <Button
          busy={withdraw.isPending}
          aria-label={`${words.withdraw}: ${label}`}
          onClick={() => withdraw.mutate(id, { onSuccess: () => say('info', words.ended) })}
        >
          {words.withdraw}
        </Button>
      )}
    </li>
  );
}

function Make() {
  const { t } = useSpeech();
  const words = usePasskeyWords();
  const say = useToast();
  const [label, setLabel] = useState('');
  const make = useMakePasskey();
  const ready = label.trim().length > 0;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!ready) return;
    make.mutate(label.trim(), {
      onSuccess: (made) => {
        setLabel('');
        if (made.recorded) say('done', words.made(made.passkey.label));
      },
    });
  };
  return (
    <>
      <form noValidate onSubmit={submit} className="space-y-3">
        <Field label={words.label} help={words.labelHelp}>
          {(wiring) => (
            <TextInput
              {...wiring}
              maxLength={64}
              value={label}
              onChange={(event) => setLabel(event.target.value)}
            />
          )}
        </Field>
        {make.error && (
          <Notice look="fault" urgent title={t.errors.title}>
            {explain(t, make.error)}
          </Notice>
        )}
        <Button type="submit" tone="primary" off={!ready} busy={make.isPending}>
          {words.make}
        </Button>
      </form>
      {make.data && !make.data.recorded && <ToCommit made={make.data} />}
    </>
  );
}

/** The file that makes a first passkey count, once people have committed it. */
function ToCommit({ made: { path, text } }: { made: MadePasskey }) {
  const words = usePasskeyWords();
  const say = useToast();
  return (
    <div className="space-y-3">
      <Notice look="info" urgent title={words.first}>
        {words.firstHelp}
      </Notice>
      <Field label={words.place}>{(wiring) => <TextInput {...wiring} readOnly value={path} />}</Field>
      <Field label={words.file}>
        {(wiring) => <TextArea {...wiring} readOnly rows={12} className="font-mono" value={text} />}
      </Field>
      <Button onClick={() => void navigator.clipboard.writeText(text).then(() => say('done', words.copied))}>
        {words.copy}
      </Button>
    </div>
  );
}
