import { Section } from '@/components/requests/sections';
import { useSpeech } from '@/i18n';
import { usePreferenceWords } from '@/i18n/preferences';
import { Select } from '@/ui/Field';
import { chosen, type Draft, type ASKING, type FOLLOWING, type Way } from './choices';

const WAYS: readonly Way[] = ['', 'now', 'digest', 'off'];

interface MailChoicesProps {
  title: string;
  help: string;
  events: typeof ASKING | typeof FOLLOWING;
  draft: Draft;
  change: (draft: Draft) => void;
}

/** The events of one kind, each with when its mail comes. */
export function MailChoices({ title, help, events, draft, change }: MailChoicesProps) {
  const { t } = useSpeech();
  const words = usePreferenceWords();
  const ways = WAYS.filter((way) => way !== 'digest' || draft.digest.daily);
  return (
    <Section title={title}>
      <p className="text-[0.8125rem] text-muted">{help}</p>
      <ul className="mt-2 divide-y divide-line">
        {events.map((event) => (
          <li key={event} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-2">
            <label htmlFor={event} className="min-w-0">
              {t.detail.events[event]}
            </label>
            <Select
              id={event}
              className="w-60 max-sm:w-full"
              value={draft.mail[event] ?? ''}
              onChange={({ target }) => change(chosen(draft, event, target.value as Way))}
            >
              {ways.map((way) => (
                <option key={way} value={way}>
                  {words.ways[way]}
                </option>
              ))}
            </Select>
          </li>
        ))}
      </ul>
    </Section>
  );
}
