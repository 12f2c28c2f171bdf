import { useWatch, type UseFormReturn } from 'react-hook-form';
import { useSession } from '@/auth/useSession';
import { useNow } from '@/hooks/useNow';
import { useSpeech } from '@/i18n';
import { Field, Select, TextInput } from '@/ui/Field';
import type { FormValues } from './values';
import { DEVICE_ZONE, instantOf, zones } from './zone';

const CHOICES = ['asap', 'date'] as const;

/** When to deploy: at once, or at a time on the clock of some zone. */
export function ScheduleFields({ form }: { form: UseFormReturn<FormValues> }) {
  const { t } = useSpeech();
  const when = useWatch({ control: form.control, name: 'when' });
  const words = { asap: t.form.asap, date: t.form.atDate };
  return (
    <div className="space-y-4">
      <fieldset>
        <legend className="sr-only">{t.form.sections.schedule}</legend>
        <div className="flex flex-wrap gap-x-6 gap-y-2">
          {CHOICES.map((choice) => (
            <label key={choice} className="flex items-center gap-2">
              <input
                type="radio"
                value={choice}
                className="size-4 accent-accent"
                {...form.register('when')}
              />
              {words[choice]}
            </label>
          ))}
        </div>
      </fieldset>
      {when === 'date' && <DateFields form={form} />}
    </div>
  );
}

function DateFields({ form }: { form: UseFormReturn<FormValues> }) {
  const { t, format } = useSpeech();
  const { settings } = useSession();
  const now = useNow();
  const [local, zone] = useWatch({ control: form.control, name: ['local', 'zone'] });
  const { likely, others } = zones(settings?.timezone ?? 'UTC');
  const instant = instantOf(local, zone);
  const known = instant !== undefined && instant !== 'skipped';
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field id="local" label={t.form.date} error={form.formState.errors.local?.message}>
        {(wiring) => <TextInput {...wiring} type="datetime-local" {...form.register('local')} />}
      </Field>
      <Field id="zone" label={t.form.zone}>
        {(wiring) => (
          <Select {...wiring} {...form.register('zone', { deps: 'local' })}>
            {likely.map((each) => (
              <option key={each} value={each}>
                {each === DEVICE_ZONE ? t.form.zoneHere(each) : each}
              </option>
            ))}
            <hr />
            {others.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </Select>
        )}
      </Field>
      <p className="text-[0.8125rem] text-muted empty:hidden sm:col-span-2" role="status">
        {known && t.form.inUtc(`${format.inZone(instant, 'UTC')} · ${format.relative(instant, now)}`)}
      </p>
    </div>
  );
}
