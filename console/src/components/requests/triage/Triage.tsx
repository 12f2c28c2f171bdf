import { useQueryClient, type UseInfiniteQueryResult } from '@tanstack/react-query';
import { ChevronDown, ChevronUp, Inbox } from 'lucide-react';
import { useEffect } from 'react';
import type { Filters } from '@/api/filters';
import type { Ticket } from '@/api/types';
import { prefetchJudged, type ListData } from '@/hooks/useRequests';
import { useShortcuts } from '@/hooks/useShortcuts';
import { useDecidingWords } from '@/i18n/deciding';
import { Button } from '@/ui/Button';
import { Empty } from '@/ui/Empty';
import { NotRead } from '@/ui/NotRead';
import { TriageList } from './TriageList';
import { TriagePanel } from './TriagePanel';
import { NONE, useTriage, type Triage as Shown } from './useTriage';

interface TriageProps {
  list: UseInfiniteQueryResult<ListData>;
  tickets: readonly Ticket[];
  filters: Filters;
  change: (change: Partial<Filters>, replace?: boolean) => void;
}

/** Requests are read this many ahead, so that the next one is there when its turn comes. */
const AHEAD = 2;
/** The next page is asked for when so few are left. */
const FEW = 10;

/** One request after the other: the list beside the one that is decided on. */
export default function Triage({ list, tickets, filters, change }: TriageProps) {
  const words = useDecidingWords();
  const triage = useTriage(tickets, filters, change);
  useShortcuts({ j: () => triage.step(1), k: () => triage.step(-1) });
  useAhead(list, tickets, triage);
  if (list.isError && !list.data) return <NotRead error={list.error} retry={list.refetch} />;
  const nothing = triage.at === NONE || (list.isSuccess && triage.at === '');
  return (
    <div className="gap-4 lg:grid lg:grid-cols-[17rem_minmax(0,1fr)] lg:items-start">
      <TriageList tickets={tickets} triage={triage} />
      <div className="min-w-0">
        {!nothing && <Steps triage={triage} total={list.data?.pages[0]?.total ?? 0} />}
        {nothing ? (
          <Empty
            icon={Inbox}
            title={words.nothing}
            help={triage.leaving.size ? words.nothingLater : words.nothingHelp}
          />
        ) : (
          triage.at && <TriagePanel key={triage.at} id={triage.at} next={triage.next} />
        )}
      </div>
    </div>
  );
}

/** Where one is among them, with a way on for who has no keyboard. */
function Steps({ triage, total }: { triage: Shown; total: number }) {
  const words = useDecidingWords();
  return (
    <div className="mb-2 flex items-center justify-between gap-2 text-[0.8125rem] text-muted lg:hidden">
      <p>{triage.place >= 0 && words.place(triage.place + 1, total)}</p>
      <span className="flex gap-1">
        <Button small aria-label={words.previous} onClick={() => triage.step(-1)}>
          <ChevronUp className="size-4" aria-hidden />
        </Button>
        <Button small aria-label={words.next} onClick={() => triage.step(1)}>
          <ChevronDown className="size-4" aria-hidden />
        </Button>
      </span>
    </div>
  );
}

/** Reads the next requests, and the next page of them, before one comes there. */
function useAhead(list: TriageProps['list'], tickets: readonly Ticket[], { place, leaving }: Shown) {
  const client = useQueryClient();
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  const few = place >= 0 && tickets.length - place < FEW;
  const following = tickets
    .slice(place + 1)
    .filter((each) => each.status.state === 'pending' && !leaving.has(each.metadata.id))
    .slice(0, AHEAD)
    .map((each) => each.metadata.id)
    .join(' ');
  useEffect(() => {
    if (few && hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [few, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  useEffect(() => {
    following
      .split(' ')
      .filter(Boolean)
      .forEach((id) => prefetchJudged(client, id));
  }, [client, following]);
}
