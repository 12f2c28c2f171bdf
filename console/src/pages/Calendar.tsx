import { CalendarDays, ChevronLeft, ChevronRight } from 'lucide-react';
import { DayGrid } from '@/components/calendar/DayGrid';
import { moved, shownDays, type Span, type View } from '@/components/calendar/days';
import { FeedAddress } from '@/components/calendar/FeedAddress';
import { DEVICE_ZONE } from '@/components/form/zone';
import { useFeed, useFreezes, usePlan, useShown, type Shown } from '@/hooks/useCalendar';
import { usePageTitle } from '@/hooks/usePageTitle';
import { useSteady } from '@/hooks/useSteady';
import { useSpeech } from '@/i18n';
import { useCalendarWords } from '@/i18n/calendar';
import { PageSkeleton } from '@/shell/Shell';
import { Button } from '@/ui/Button';
import { Empty } from '@/ui/Empty';
import { NotRead } from '@/ui/NotRead';
import { Segments } from '@/ui/Segments';

/** What is planned: deployments that have a date, and the freezes in between, by week and by month; on a phone as a list. */
export default function Calendar() {
  const w = useCalendarWords();
  const [shown, change] = useShown();
  const span = shownDays(shown.view, shown.at);
  const plan = usePlan(span.first, span.last);
  const { data, error, refetch, isPlaceholderData } = plan;
  const frozen = useFreezes(span.first, span.last);
  const freezes = frozen.data ?? [];
  const parts = [plan, frozen, useFeed()];
  const settled = useSteady(
    true,
    parts.every(({ isLoading, failureCount }) => !isLoading || failureCount > 0),
  );
  usePageTitle(w.title);
  return (
    <div className="space-y-4">
      <div>
        <h1 className="text-xl font-semibold">{w.title}</h1>
        <p className="text-muted">
          {w.help} {w.zone(DEVICE_ZONE)}
        </p>
      </div>
      <Turning shown={shown} span={span} change={change} count={data?.tickets.length} />
      {error ? (
        <NotRead error={error} retry={refetch} />
      ) : data && settled ? (
        <div aria-busy={isPlaceholderData} className="space-y-2">
          {data.more > 0 && <p className="text-muted">{w.more(data.more)}</p>}
          {data.tickets.length + freezes.length === 0 && (
            <div className="lg:hidden">
              <Empty icon={CalendarDays} title={w.nothing} help={w.nothingHelp} />
            </div>
          )}
          <DayGrid
            days={span.days}
            tickets={data.tickets}
            freezes={freezes}
            month={shown.view === 'month' ? shown.at.getMonth() : undefined}
          />
        </div>
      ) : (
        <PageSkeleton />
      )}
      {settled && <FeedAddress />}
    </div>
  );
}

interface Given {
  shown: Shown;
  span: Span;
  change: (change: Partial<Shown>) => void;
  count: number | undefined;
}

/** Which time is shown, and the ways to another. */
function Turning({ shown: { view, at }, span, change, count }: Given) {
  const w = useCalendarWords();
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button aria-label={w.before[view]} onClick={() => change({ at: moved(view, at, -1) })}>
        <ChevronLeft className="size-4" aria-hidden />
      </Button>
      <Button onClick={() => change({ at: new Date() })}>{w.today}</Button>
      <Button aria-label={w.after[view]} onClick={() => change({ at: moved(view, at, 1) })}>
        <ChevronRight className="size-4" aria-hidden />
      </Button>
      <p
        aria-live="polite"
        className="grow font-medium first-letter:uppercase max-sm:order-last max-sm:w-full"
      >
        <Period view={view} at={at} span={span} />
        {count !== undefined && <span className="font-normal text-muted"> · {w.count(count)}</span>}
      </p>
      <Segments
        label={w.view}
        value={view}
        options={[
          ['week', w.week],
          ['month', w.month],
        ]}
        change={(chosen) => change({ view: chosen })}
      />
    </div>
  );
}

function Period({ view, at, span }: { view: View; at: Date; span: Span }) {
  const { format } = useSpeech();
  return view === 'month' ? format.month(at) : format.days(span.first, span.last);
}
