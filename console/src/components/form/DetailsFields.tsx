import { useState } from 'react';
import { useWatch, type UseFormReturn } from 'react-hook-form';
import { IMPACTS } from '@/api/types';
import { ImpactBadge } from '@/components/requests/ImpactBadge';
import { useSpeech } from '@/i18n';
import { cx } from '@/ui/classes';
import { Field, FieldError, TextArea } from '@/ui/Field';
import { LazyMarkdown } from '@/ui/LazyMarkdown';
import type { FormValues } from './values';

interface Form {
  form: UseFormReturn<FormValues>;
}

export function DetailsFields({ form }: Form) {
  const { t } = useSpeech();
  const { errors } = form.formState;
  return (
    <div className="space-y-4">
      <Field
        id="justification"
        label={t.form.justification}
        help={t.form.justificationHelp}
        error={errors.justification?.message}
      >
        {(wiring) => <TextArea {...wiring} rows={3} {...form.register('justification')} />}
      </Field>
      <ReleaseNotes form={form} />
    </div>
  );
}

/** Markdown with a look at what it becomes; the field stays in the form while it is looked at. */
function ReleaseNotes({ form }: Form) {
  const { t } = useSpeech();
  const [preview, setPreview] = useState(false);
  const text = useWatch({ control: form.control, name: 'releaseNotes' });
  return (
    <div className="relative">
      <div className="absolute end-0 -top-1.5 flex gap-0.5 rounded-md bg-quiet-soft p-0.5">
        {([false, true] as const).map((which) => (
          <button
            key={String(which)}
            type="button"
            aria-pressed={preview === which}
            onClick={() => setPreview(which)}
            className={cx(
              'min-h-6 rounded px-2 text-[0.8125rem]',
              preview === which ? 'bg-surface font-medium shadow-sm' : 'text-muted hover:text-text',
            )}
          >
            {which ? t.form.preview : t.form.write}
          </button>
        ))}
      </div>
      <Field
        id="releaseNotes"
        label={t.form.releaseNotes}
        help={t.form.releaseNotesHelp}
        error={form.formState.errors.releaseNotes?.message}
      >
        {(wiring) => (
          <>
            <TextArea
              {...wiring}
              rows={7}
              {...form.register('releaseNotes')}
              className={cx('font-mono text-[0.8125rem]', preview && 'hidden')}
            />
            {preview && (
              <section
                aria-label={t.form.preview}
                className="min-h-40 rounded-md border border-line bg-sunken px-3 py-2"
              >
                {text.trim() ? (
                  <LazyMarkdown text={text} />
                ) : (
                  <p className="text-muted">{t.form.nothingToPreview}</p>
                )}
              </section>
            )}
          </>
        )}
      </Field>
    </div>
  );
}

export function RiskFields({ form }: Form) {
  const { t } = useSpeech();
  const fault = form.formState.errors.impact?.message;
  return (
    <div className="space-y-4">
      <div
        role="radiogroup"
        aria-labelledby="impact-label"
        aria-required
        aria-invalid={fault ? true : undefined}
        aria-describedby="impact-error"
      >
        <p id="impact-label" className="mb-1.5 font-medium">
          {t.form.impact}
        </p>
        <div className="grid gap-2 sm:grid-cols-2">
          {IMPACTS.map((impact) => (
            <label
              key={impact}
              className="flex items-start gap-2.5 rounded-md border border-edge px-3 py-2 has-checked:border-accent-text has-checked:bg-accent-soft"
            >
              <input
                type="radio"
                value={impact}
                id={impact === IMPACTS[0] ? 'impact' : undefined}
                className="mt-0.5 size-4 shrink-0 accent-accent"
                {...form.register('impact')}
              />
              <span>
                <span className="font-medium">
                  <ImpactBadge impact={impact} long />
                </span>
                <span className="block text-[0.8125rem] text-muted">{t.form.impactHelp[impact]}</span>
              </span>
            </label>
          ))}
        </div>
        <FieldError id="impact-error" error={fault} />
      </div>
      <Field
        id="rollbackPlan"
        label={t.form.rollback}
        help={t.form.rollbackHelp}
        error={form.formState.errors.rollbackPlan?.message}
      >
        {(wiring) => <TextArea {...wiring} rows={3} {...form.register('rollbackPlan')} />}
      </Field>
    </div>
  );
}
