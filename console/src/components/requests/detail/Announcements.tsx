import { CircleCheck, CircleX, Clock } from 'lucide-react';
import type { Announced } from '@/api/types';
import { useAnnouncements } from '@/hooks/useRequests';
import { useSpeech } from '@/i18n';
import { When } from '@/ui/Time';
import { Section } from '@/components/requests/sections';

const LOOKS = {
  delivered: { icon: CircleCheck, ink: 'text-ok-text' },
  waiting: { icon: Clock, ink: 'text-warn-text' },
  undelivered: { icon: CircleX, ink: 'text-danger-text' },
};

/** Whether an announcement did not get to everybody it was meant for, and never will. */
const isLost = ({ outcome, refused }: Announced) => outcome === 'undelivered' || refused > 0;

/** Who was told of what: in one line while all is well, in full where something did not arrive. */
export function Announcements({ id }: { id: string }) {
  const { t } = useSpeech();
  const { data = [] } = useAnnouncements(id);
  if (!data.length) return null;
  const lost = data.filter(isLost).length;
  const waiting = data.some((each) => each.outcome === 'waiting');
  const summary = lost
    ? t.detail.undelivered(lost)
    : waiting
      ? t.detail.announcedWaiting
      : t.detail.announcedAll;
  const { icon: Icon, ink } = LOOKS[lost ? 'undelivered' : waiting ? 'waiting' : 'delivered'];
  return (
    <Section title={t.detail.announcements} className="print:hidden">
      <details open={lost > 0}>
        <summary className="w-fit cursor-pointer rounded">
          <Icon className={`mx-1 inline size-4 align-text-bottom ${ink}`} aria-hidden />
          {summary}
        </summary>
        <ol className="mt-3 space-y-3">
          {byEvent(data).map(([first, ...others]) => (
            <li key={`${first.event}-${first.at}`}>
              <p>
                {t.detail.events[first.event]}{' '}
                <span className="text-muted">
                  · <When at={first.at} />
                </span>
              </p>
              <ul className="flex flex-wrap gap-x-5 gap-y-1 text-[0.8125rem]">
                {[first, ...others].map((each) => (
                  <Channel key={each.channel} announced={each} />
                ))}
              </ul>
            </li>
          ))}
        </ol>
      </details>
    </Section>
  );
}

function Channel({ announced }: { announced: Announced }) {
  const { t } = useSpeech();
  const { channel, outcome, reached, refused } = announced;
  const { icon: Icon, ink } = LOOKS[outcome];
  const details = [
    t.detail.outcomes[outcome],
    channel === 'mail' && reached > 0 && t.detail.reached(reached),
    refused > 0 && t.detail.refused(refused),
  ].filter(Boolean);
  return (
    <li className="flex items-center gap-1.5">
      <Icon className={`size-3.5 shrink-0 ${ink}`} aria-hidden />
      {t.detail.channels[channel]}
      <span className={isLost(announced) ? 'text-danger-text' : 'text-muted'}>{details.join(', ')}</span>
    </li>
  );
}

/** The announcements of each event together, in the order of the events. */
function byEvent(all: readonly Announced[]): [Announced, ...Announced[]][] {
  const found = new Map<string, [Announced, ...Announced[]]>();
  for (const each of all) {
    const group = found.get(`${each.event} ${each.at}`);
    if (group) group.push(each);
    else found.set(`${each.event} ${each.at}`, [each]);
  }
  return [...found.values()];
}
