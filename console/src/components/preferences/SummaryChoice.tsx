import { Section } from '@/components/requests/sections';
import { usePreferenceWords } from '@/i18n/preferences';
import { Field, Select } from '@/ui/Field';
import { summed, type Draft } from './choices';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** Whether somebody gets a daily summary, and when. */
export function SummaryChoice({ draft, change }: { draft: Draft; change: (draft: Draft) => void }) {
  const words = usePreferenceWords();
  const { daily, hour } = draft.digest;
  return (
    <Section title={words.summary}>
      <p className="text-[0.8125rem] text-muted">{words.summaryHelp}</p>
      <label className="mt-2 flex min-h-9 items-center gap-2.5">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          checked={daily}
          onChange={({ target }) => change(summed(draft, target.checked))}
        />
        {words.daily}
      </label>
      {daily && (
        <Field label={words.hour} help={words.zone} className="mt-1 w-60 max-sm:w-full">
          {(wiring) => (
            <Select
              {...wiring}
              value={hour}
              onChange={({ target }) => change({ ...draft, digest: { daily, hour: Number(target.value) } })}
            >
              {HOURS.map((each) => (
                <option key={each} value={each}>
                  {String(each).padStart(2, '0')}:00
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
    </Section>
  );
}
