import { Link } from 'react-router';
import type { FreezeTime, Ticket } from '@/api/types';
import { ImpactBadge } from '@/components/requests/ImpactBadge';
import { StatusBadge } from '@/components/requests/StatusBadge';
import { useSpeech } from '@/i18n';
import { useCalendarWords } from '@/i18n/calendar';
import { cx } from '@/ui/classes';
import { dayOf } from './days';
import { FrozenTime, frozenOn } from './FrozenTime';

interface Given {
  days: readonly Date[];
  tickets: readonly Ticket[];
  freezes: readonly FreezeTime[];
  /** The month whose days stand out; none for a week. */
  month?: number | undefined;
}

/** Days side by side, seven in a row; on a phone one below the other, without those on which nothing is planned or frozen. */
export function DayGrid({ days, tickets, freezes, month }: Given) {
  const w = useCalendarWords();
  const today = dayOf(new Date());
  const planned = new Map<string, Ticket[]>();
  for (const ticket of tickets) {
    const date = ticket.spec.request.scheduledDate;
    const day = date && dayOf(new Date(date));
    if (day) planned.set(day, [...(planned.get(day) ?? []), ticket]);
  }
  return (
    <ol
      aria-label={w.days}
      className="grid gap-px overflow-hidden rounded-lg border border-line bg-line lg:grid-cols-7"
    >
      {days.map((day) => {
        const name = dayOf(day);
        const found = planned.get(name) ?? [];
        const frozen = frozenOn(freezes, day);
        return (
          <li
            key={name}
            className={cx(
              'min-w-0 space-y-1.5 p-2 lg:min-h-28',
              month !== undefined && day.getMonth() !== month ? 'bg-quiet-soft' : 'bg-surface',
              found.length + frozen.length === 0 && 'max-lg:hidden',
            )}
          >
            <DayName day={day} today={name === today} />
            <ul className="space-y-1.5">
              {frozen.map((freeze) => (
                <li key={`${freeze.rule} ${freeze.begins}`}>
                  <FrozenTime freeze={freeze} day={day} />
                </li>
              ))}
              {found.map((ticket) => (
                <li key={ticket.metadata.id}>
                  <Planned ticket={ticket} />
                </li>
              ))}
            </ul>
          </li>
        );
      })}
    </ol>
  );
}

function DayName({ day, today }: { day: Date; today: boolean }) {
  const { format } = useSpeech();
  return (
    <h2 className="text-[0.8125rem] font-medium text-muted">
      <time
        dateTime={dayOf(day)}
        aria-current={today ? 'date' : undefined}
        className={cx(today && 'rounded bg-accent-soft px-1.5 py-0.5 text-accent-text')}
      >
        {format.day(day)}
      </time>
    </h2>
  );
}

function Planned({ ticket }: { ticket: Ticket }) {
  const { t, format } = useSpeech();
  const { target, request } = ticket.spec;
  const held = ticket.status.history.at(-1)?.action === 'held';
  const at = request.scheduledDate ?? '';
  return (
    <Link
      to={`/requests/${ticket.metadata.id}`}
      className="block space-y-1 rounded-md border border-line bg-raised p-1.5 text-[0.8125rem] hover:bg-hover"
    >
      <span className="flex flex-wrap items-baseline gap-x-1.5">
        <time dateTime={at} className="font-medium tabular-nums">
          {format.time(new Date(at))}
        </time>
        <span className="min-w-0 break-words">{target.name}</span>
        <span className="font-mono break-all text-muted">{target.version}</span>
      </span>
      <span className="flex flex-wrap items-center gap-1.5">
        <StatusBadge state={ticket.status.state} />
        {held && <span className="text-warn-text">{t.marks.held}</span>}
        <ImpactBadge impact={request.impactAssessment} />
      </span>
    </Link>
  );
}
