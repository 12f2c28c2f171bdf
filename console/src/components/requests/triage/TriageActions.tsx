import { AlarmClock, Check, X } from 'lucide-react';
import { useId } from 'react';
import type { Permissions, Ticket } from '@/api/types';
import { restOf } from '@/api/votes';
import type { Doubt } from '@/components/requests/decide/asksFirst';
import { VoteNote } from '@/components/requests/decide/VoteNote';
import { usePinned } from '@/hooks/usePinned';
import { useSpeech } from '@/i18n';
import { useVotingWords } from '@/i18n/voting';
import { useDecidingWords } from '@/i18n/deciding';
import { refusalSentence } from '@/i18n/server';
import { Button, ButtonLink } from '@/ui/Button';

interface TriageActionsProps {
  ticket: Ticket;
  permissions: Permissions | undefined;
  doubts: readonly Doubt[] | undefined;
  /** True until all that an approval rests on is there. */
  reading: boolean;
  approve: () => void;
  reject: () => void;
  snooze: () => void;
}

/** The decisions on the request that is shown, in reach at the bottom of the window, with their keys. */
export function TriageActions({
  ticket,
  permissions,
  doubts,
  reading,
  approve,
  reject,
  snooze,
}: TriageActionsProps) {
  const { t } = useSpeech();
  const voting = useVotingWords();
  const words = useDecidingWords();
  const id = useId();
  const pinned = usePinned();
  if (ticket.status.state !== 'pending') return null;
  const refused = permissions && !permissions.approve.allowed ? permissions.approve : undefined;
  const asks = doubts?.length ? words.asks(doubts.map((each) => words.doubts[each]).join(', ')) : undefined;
  const votes = refused ? undefined : permissions?.votes;
  const voted = permissions?.unendorse.allowed;
  const why = voted ? voting.already : refused ? refusalSentence(t, refused) : asks;
  return (
    <div
      ref={pinned}
      aria-busy={reading}
      className="sticky bottom-2 z-10 mt-3 rounded-lg border border-line bg-raised px-4 py-2.5 shadow-xl"
    >
      <div id={id} className="mb-1.5 text-[0.8125rem] text-muted empty:hidden">
        {why && <p>{why}</p>}
        {votes && <VoteNote votes={votes} />}
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <Button
          tone="primary"
          className="max-sm:grow"
          off={refused !== undefined}
          aria-describedby={id}
          aria-keyshortcuts="a"
          onClick={approve}
        >
          <Check className="size-4" aria-hidden />
          {restOf(votes) ? voting.button : t.detail.approve}
          {asks && '…'}
          <Key name="a" />
        </Button>
        <Button
          className="max-sm:grow"
          off={permissions && !permissions.reject.allowed}
          aria-keyshortcuts="r"
          onClick={reject}
        >
          <X className="size-4" aria-hidden />
          {t.detail.reject}…
          <Key name="r" />
        </Button>
        <Button className="max-sm:grow" aria-keyshortcuts="s" onClick={snooze}>
          <AlarmClock className="size-4" aria-hidden />
          {words.snooze}…
          <Key name="s" />
        </Button>
        <ButtonLink tone="ghost" to={`/requests/${ticket.metadata.id}`} className="max-sm:hidden">
          {words.open}
        </ButtonLink>
      </div>
    </div>
  );
}

/** A key, for who has a keyboard. */
export function Key({ name }: { name: string }) {
  return (
    <kbd
      aria-hidden
      className="ms-1 rounded border border-current/40 px-1 font-mono text-[0.6875rem] max-lg:hidden"
    >
      {name}
    </kbd>
  );
}
