import { useSpeech } from '@/i18n';
import { usePreferenceWords } from '@/i18n/preferences';
import { Select } from '@/ui/Field';
import { chosen, DELEGATED, type Channel, type Draft, type Event, type Way } from './choices';

const WAYS: Record<Channel, readonly Way[]> = {
  mail: ['', 'now', 'digest', 'off'],
  push: ['', 'now', 'off'],
};

interface EventChoicesProps {
  channel: Channel;
  events: readonly Event[];
  draft: Draft;
  change: (draft: Draft) => void;
}

/** Events, each with when the reader is told of it by the channel. */
export function EventChoices({ channel, events, draft, change }: EventChoicesProps) {
  const { t } = useSpeech();
  const words = usePreferenceWords();
  const waysOf = (event: Event) =>
    WAYS[channel].filter((way) => way !== 'digest' || (draft.digest.daily && !isOf(DELEGATED, event)));
  return (
    <ul className="mt-2 divide-y divide-line">
      {events.map((event) => (
        <li key={event} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-2">
          <label htmlFor={`${channel}-${event}`} className="min-w-0">
            {t.detail.events[event]}
            {channel === 'push' && <span className="sr-only"> ({words.inBrowsers})</span>}
          </label>
          <Select
            id={`${channel}-${event}`}
            className="w-60 max-sm:w-full"
            value={draft[channel][event] ?? ''}
            onChange={({ target }) => change(chosen(draft, channel, event, target.value as Way))}
          >
            {waysOf(event).map((way) => (
              <option key={way} value={way}>
                {words.ways[way]}
              </option>
            ))}
          </Select>
        </li>
      ))}
    </ul>
  );
}

function isOf(events: readonly Event[], event: Event): boolean {
  return events.includes(event);
}
