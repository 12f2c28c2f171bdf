import { ArrowRight } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { readFilters, ROWS } from '@/api/filters';
import { useSession } from '@/auth/useSession';
import { lastList } from '@/hooks/useFilters';
import { useRequests } from '@/hooks/useRequests';
import { useDecidingWords } from '@/i18n/deciding';
import { useCaller } from '@/shell/useCaller';
import { ButtonLink } from '@/ui/Button';
import { nextWaiting, waitingIn } from '@/components/requests/triage/order';
import { useSnoozed } from '@/components/requests/list/useSnoozed';
import { delayed } from './delayed';

/** After a decision on a page of its own: the way to the next one that waits, where one's next key goes. */
export function NextWaiting({ after }: { after: string }) {
  const words = useDecidingWords();
  const next = useNext(after);
  const link = useRef<HTMLAnchorElement>(null);
  const id = next?.metadata.id;
  useEffect(() => link.current?.focus({ preventScroll: true }), [id]);
  if (!next) return null;
  const { name, version } = next.spec.target;
  return (
    <p className="my-3 print:hidden">
      <ButtonLink ref={link} tone="primary" className="max-w-full" to={`/requests/${next.metadata.id}`}>
        <span className="min-w-0 truncate">
          {words.nextWaiting}: {name} {version}
        </span>
        <ArrowRight className="size-4 shrink-0" aria-hidden />
      </ButtonLink>
    </p>
  );
}

/** The next in the list that one came from, in its order; where its filters leave none, of all that wait. */
function useNext(after: string) {
  const { email } = useCaller();
  const [kept] = useState(() => readFilters(new URLSearchParams(lastList()), 'waiting'));
  const filters = kept.tab === 'waiting' ? kept : ({ ...ROWS, tab: 'waiting' } as const);
  const tickets = [useWaiting(filters), useWaiting({ ...ROWS, tab: 'waiting', order: filters.order })];
  const [shown, show] = useState<string>();
  const gone = new Set([after, ...delayed.read().map((each) => each.said.id)]);
  const waits = tickets.map((each) => waitingIn(each, gone, email));
  const found = tickets
    .map((each, index) =>
      nextWaiting(
        each.map(({ metadata }) => metadata.id),
        waits[index] ?? [],
        after,
      ),
    )
    .find(Boolean);
  // What is offered stays as long as it waits: the list is read again meanwhile, without what was decided.
  const id = shown && waits.some((each) => each.includes(shown)) ? shown : found;
  if (id !== shown) show(id);
  return tickets.flat().find(({ metadata }) => metadata.id === id);
}

/** What waits for the reader, but for what they set aside; nothing before that is known. */
function useWaiting(filters: Parameters<typeof useRequests>[0]) {
  const { settings } = useSession();
  const list = useRequests(filters, settings?.timezone ?? 'UTC');
  const snoozed = useSnoozed(list.data?.pages.flatMap((each) => each.items) ?? [], true);
  return snoozed.known ? snoozed.shown : [];
}
