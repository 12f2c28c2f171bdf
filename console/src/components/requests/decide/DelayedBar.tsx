import { Check, CircleX, LoaderCircle, Undo2, X } from 'lucide-react';
import { useEffect, useSyncExternalStore } from 'react';
import { Link } from 'react-router';
import { isPending } from '@/api/lifecycle';
import type { Taken } from '@/api/decide';
import { useTicketCache } from '@/hooks/useRequests';
import { useShortcuts } from '@/hooks/useShortcuts';
import { useSpeech } from '@/i18n';
import { useDecidingWords } from '@/i18n/deciding';
import { explain } from '@/i18n/server';
import { Button, ButtonLink } from '@/ui/Button';
import { useToast } from '@/ui/Toast';
import { delayed, type Delayed } from './delayed';

/** The approvals that can still be taken back, and those that were refused, on whatever page one is by now. */
export function DelayedBar() {
  const { t } = useSpeech();
  const words = useDecidingWords();
  const all = useSyncExternalStore(delayed.subscribe, delayed.read);
  const say = useToast();
  useTaken();
  useLeaving();
  const undo = (id?: string) => {
    const undone = delayed.undo(id);
    if (undone) say('info', (undone.vote ? t.votes.undone : words.undone)(undone.said.id));
  };
  useShortcuts({ z: () => undo() });
  return (
    <div role="status" aria-label={words.waits}>
      {all.length > 0 && (
        <ul className="pointer-events-none fixed inset-x-3 bottom-40 z-40 flex flex-col items-center gap-1.5 lg:inset-x-auto lg:start-4 lg:bottom-4 lg:items-start print:hidden">
          {all.map((each) => (
            <DelayedRow key={each.said.id} each={each} undo={undo} />
          ))}
        </ul>
      )}
    </div>
  );
}

function DelayedRow({ each, undo }: { each: Delayed; undo: (id: string) => void }) {
  const { t } = useSpeech();
  const words = useDecidingWords();
  const { id } = each.said;
  const row =
    'pointer-events-auto flex w-full max-w-sm items-center gap-2.5 rounded-lg border border-line bg-raised py-1.5 ps-3 pe-1.5 shadow-lg';
  if (each.stage === 'refused') {
    return (
      <li className={row}>
        <CircleX className="size-4 shrink-0 self-start text-danger-text" aria-hidden />
        <span className="grow">
          <span className="block font-medium">{words.refused(each.what)}</span>
          <span className="block text-muted">{explain(t, each.error)}</span>
          <Link
            to={`/requests/${id}`}
            className="inline-flex min-h-6 items-center text-accent-text underline underline-offset-2"
            onClick={() => delayed.drop(id)}
          >
            {words.look}
          </Link>
        </span>
        <Button small tone="ghost" aria-label={t.common.dismiss} onClick={() => delayed.drop(id)}>
          <X className="size-4" aria-hidden />
        </Button>
      </li>
    );
  }
  const waits = each.stage === 'waiting';
  const Icon = waits ? Check : LoaderCircle;
  return (
    <li className={row}>
      <Icon
        className={`size-4 shrink-0 text-info-text ${waits ? '' : 'motion-safe:animate-spin'}`}
        aria-hidden
      />
      <span className="grow">
        {waits ? (each.vote ? t.votes.later : words.later)(each.what) : words.sending(each.what)}
      </span>
      {waits && (
        <Button small onClick={() => undo(id)} aria-keyshortcuts="z">
          <Undo2 className="size-4" aria-hidden />
          {words.undo}
        </Button>
      )}
    </li>
  );
}

/** Shows what the server has taken, and where it can still be stopped. */
function useTaken() {
  const { t } = useSpeech();
  const words = useDecidingWords();
  const say = useToast();
  const cache = useTicketCache();
  useEffect(() =>
    delayed.onTaken(({ ticket, recorded }: Taken) => {
      cache.put(ticket);
      const { id } = ticket.metadata;
      const dated = ticket.status.state === 'approved' && ticket.spec.request.scheduledDate;
      const stop = dated ? (
        <ButtonLink small to={`/requests/${id}?decide=hold`}>
          {words.stop}
        </ButtonLink>
      ) : undefined;
      const done = isPending(ticket) ? t.votes.done(id) : t.decide.approved(id);
      say(recorded ? 'done' : 'info', recorded ? done : t.decide.held(id), stop);
    }),
  );
}

/** Sends what waits when the page is left, and asks to stay until it is answered. */
function useLeaving() {
  useEffect(() => {
    const leaving = (event: BeforeUnloadEvent) => {
      if (delayed.flush()) event.preventDefault();
    };
    const gone = () => void delayed.flush();
    window.addEventListener('beforeunload', leaving);
    window.addEventListener('pagehide', gone);
    return () => {
      window.removeEventListener('beforeunload', leaving);
      window.removeEventListener('pagehide', gone);
    };
  }, []);
}
