import { type RefObject, useState, type SubmitEvent } from 'react';
import type { Change } from '@/hooks/useRulesTrial';
import { useRulesWords } from '@/i18n/rules';
import { Button } from '@/ui/Button';
import { Field, TextArea, TextInput } from '@/ui/Field';

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

interface TrialFormProps {
  text: RefObject<HTMLTextAreaElement | null>;
  busy: boolean;
  run: (change: Change) => void;
}

/** One rule as it is to be: its name, its text or none, and the requests that are looked at. */
export function TrialForm({ text, busy, run }: TrialFormProps) {
  const words = useRulesWords();
  const [change, setChange] = useState({ name: '', text: '', gone: false, since: '' });
  const [sent, setSent] = useState(false);
  const set = (part: Partial<typeof change>) => setChange({ ...change, ...part });
  const nameFault = NAME.test(change.name) ? undefined : words.nameWrong;
  const textFault = change.gone || change.text.trim() ? undefined : words.textMissing;

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setSent(true);
    if (busy || nameFault || textFault) return;
    run({ name: change.name, text: change.gone ? null : change.text, since: change.since });
  };
  return (
    <form noValidate onSubmit={submit} className="max-w-3xl space-y-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={words.name} help={words.nameHelp} error={sent ? nameFault : undefined}>
          {(wiring) => (
            <TextInput
              {...wiring}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              maxLength={63}
              value={change.name}
              onChange={(event) => set({ name: event.target.value.trim() })}
            />
          )}
        </Field>
        <Field label={words.since} help={words.sinceHelp} optional>
          {(wiring) => (
            <TextInput
              {...wiring}
              type="date"
              value={change.since}
              onChange={(event) => set({ since: event.target.value })}
            />
          )}
        </Field>
      </div>
      <label className="flex min-h-6 w-fit items-center gap-2">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          checked={change.gone}
          onChange={(event) => set({ gone: event.target.checked })}
        />
        {words.gone}
      </label>
      {!change.gone && (
        <Field label={words.text} help={words.textHelp} error={sent ? textFault : undefined}>
          {(wiring) => (
            <TextArea
              {...wiring}
              ref={text}
              rows={16}
              wrap="off"
              spellCheck={false}
              autoComplete="off"
              maxLength={64_000}
              className="resize-y font-mono text-[0.8125rem] leading-5"
              value={change.text}
              onChange={(event) => set({ text: event.target.value })}
            />
          )}
        </Field>
      )}
      <Button type="submit" tone="primary" busy={busy}>
        {words.run}
      </Button>
    </form>
  );
}
