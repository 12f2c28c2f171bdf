import type { UseFormReturn } from 'react-hook-form';
import type { FormValues } from './values';
import { useSpeech } from '@/i18n';
import { Field, FieldError, TextInput } from '@/ui/Field';

const CHECKS = ['staging', 'security', 'performance'] as const;

/** What has to be true before production is asked for, and where it can be seen. */
export function PreChecksForm({ form }: { form: UseFormReturn<FormValues> }) {
  const { t } = useSpeech();
  const { errors } = form.formState;
  return (
    <div className="space-y-3">
      {CHECKS.map((check) => {
        const error = errors[check]?.message;
        return (
          <div key={check}>
            <label className="flex w-fit items-start gap-2.5">
              <input
                type="checkbox"
                id={check}
                className="mt-0.5 size-4 shrink-0 accent-accent"
                aria-describedby={`${check}-help ${check}-error`}
                aria-invalid={error ? true : undefined}
                aria-required={check === 'performance' ? undefined : true}
                {...form.register(check)}
              />
              <span className="font-medium">{t.form[check]}</span>
            </label>
            <div className="ps-6.5">
              <p id={`${check}-help`} className="text-[0.8125rem] text-muted">
                {t.form[`${check}Help`]}
              </p>
              <FieldError id={`${check}-error`} error={error} />
            </div>
          </div>
        );
      })}
      <Field
        id="evidence"
        label={t.form.evidence}
        help={t.form.evidenceHelp}
        error={errors.evidence?.message}
      >
        {(wiring) => (
          <TextInput {...wiring} inputMode="url" placeholder="https://" {...form.register('evidence')} />
        )}
      </Field>
    </div>
  );
}
