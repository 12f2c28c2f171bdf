import { Link } from 'react-router';
import { ROWS, writeFilters, type Filters } from '@/api/filters';
import { decides } from '@/api/rights';
import type { Me } from '@/api/types';
import { useStats, useWaitingCount } from '@/hooks/useRequests';
import { useSpeech } from '@/i18n';
import { useDecidingWords } from '@/i18n/deciding';
import { Bone } from '@/ui/Skeleton';

function leadsTo(what: Partial<Filters>): string {
  const filters: Filters = { ...ROWS, tab: 'all', ...what };
  return `?${writeFilters(filters).toString()}`;
}

/** Four numbers over what the caller may see, each with the list that it counts. */
export function RequestStats({ me }: { me: Me }) {
  const { t, format } = useSpeech();
  const words = useDecidingWords();
  const { data, isError } = useStats();
  const waiting = useWaitingCount(me);
  const { stats } = t.list;
  // Has its line before it is known, so that nothing moves when it is.
  const mine = decides(me) ? (waiting === undefined ? '\u00a0' : words.ofThese(waiting)) : undefined;
  const order = '-updatedAt';
  const rows = [
    [stats.pending, data?.pending, leadsTo({ states: ['pending'] }), words.pending, mine],
    [stats.approvedToday, data?.approvedToday, leadsTo({ done: 'approved-today', order }), words.today],
    [
      stats.rejectedToday,
      data?.rejectedToday,
      leadsTo({ done: 'rejected-today', order }),
      words.todayRejected,
    ],
    [stats.deployedThisWeek, data?.deployedThisWeek, leadsTo({ done: 'deployed-week', order }), words.week],
  ] as const;
  return (
    <nav aria-label={stats.label}>
      <ul className="grid grid-cols-4 gap-px overflow-hidden rounded-lg border border-line bg-line">
        {rows.map(([label, value, search, title, more]) => (
          <li key={label} className="bg-surface">
            <Link
              to={{ search }}
              title={title}
              className="flex h-full flex-col px-4 py-2.5 max-sm:px-2 max-sm:py-1.5 hover:bg-hover focus-visible:-outline-offset-2"
            >
              <span className="text-xl font-semibold tabular-nums">
                {value === undefined && !isError ? <Bone className="my-1 h-5 w-8" /> : format.count(value)}
              </span>
              <span className="text-[0.8125rem] text-muted max-sm:text-xs max-sm:leading-tight max-sm:hyphens-auto">
                {label}
                {more && (
                  // On a phone the tab below says it.
                  <span className="whitespace-nowrap max-sm:hidden"> · {more}</span>
                )}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
