import { useEffect, useRef, useState } from 'react';
import { restOf } from '@/api/votes';
import { asksFirst } from '@/components/requests/decide/asksFirst';
import { delayed } from '@/components/requests/decide/delayed';
import { DecisionDialog } from '@/components/requests/decide/DecisionDialog';
import { useShown } from '@/components/requests/decide/useShown';
import { useCompared } from '@/hooks/useComparisons';
import { useContracts } from '@/hooks/useContract';
import { usePeople } from '@/hooks/usePeople';
import { usePermissions, useTicket, type Read } from '@/hooks/useRequests';
import { useSettled } from '@/hooks/useSettled';
import { useShortcuts } from '@/hooks/useShortcuts';
import { useSteady } from '@/hooks/useSteady';
import { useSpeech } from '@/i18n';
import { useDecidingWords } from '@/i18n/deciding';
import { NotRead } from '@/ui/NotRead';
import { Bone, Skeleton } from '@/ui/Skeleton';
import { useToast } from '@/ui/Toast';
import { SnoozeDialog } from './SnoozeDialog';
import { TriageActions } from './TriageActions';
import { TriageFacts } from './TriageFacts';

interface TriagePanelProps {
  id: string;
  /** Called after a decision. */
  next: () => void;
}

/** One request with all that an approver has to know, and the keys that decide on it. */
export function TriagePanel({ id, next }: TriagePanelProps) {
  const { data, error, refetch } = useTicket(id);
  if (data) return <Settling read={data} next={next} />;
  if (error) return <NotRead error={error} retry={refetch} />;
  return <Coming />;
}

/** The request once nothing of it moves any more under who reads and presses; what is next was read before. */
function Settling({ read, next }: { read: Read; next: () => void }) {
  const settled = useSteady(true, useSettled(read.ticket));
  return settled ? <Judged read={read} next={next} /> : <Coming />;
}

function Coming() {
  return (
    <Skeleton>
      <Bone className="h-7 w-64 max-w-full" />
      <Bone className="mt-4 h-40 w-full" />
      <Bone className="mt-4 h-24 w-full" />
    </Skeleton>
  );
}

/** A key that was meant for the request before does not count for this one. */
const SEEN_MS = 350;

function Judged({ read: { ticket, etag }, next }: { read: Read; next: () => void }) {
  const words = useDecidingWords();
  const nameOf = usePeople();
  const { format } = useSpeech();
  const say = useToast();
  const { id } = ticket.metadata;
  const heading = useRef<HTMLHeadingElement>(null);
  const since = useRef(Infinity);
  const [asked, ask] = useState<'approve' | 'reject' | 'snooze'>();
  const permissions = usePermissions(id).data;
  const compared = useCompared(ticket);
  const shown = useShown(compared);
  const doubts = asksFirst(ticket, compared, useContracts([ticket])(id));
  const open = ticket.status.state === 'pending';
  // A revision that is not known could not be refused where it is another.
  const reading = !permissions || !doubts || !etag;
  const may = (decision: 'approve' | 'reject') => open && (permissions?.[decision].allowed ?? false);
  useEffect(() => {
    since.current = performance.now();
    heading.current?.focus({ preventScroll: true });
    heading.current?.scrollIntoView({ block: 'nearest' });
  }, []);

  const approve = () => {
    if (!open || performance.now() - since.current < SEEN_MS) return;
    if (reading) {
      say('info', words.reading);
      return;
    }
    if (!may('approve')) return;
    if (doubts.length > 0 || shown.now !== undefined) ask('approve');
    else {
      const { name, version } = ticket.spec.target;
      const production = shown.production;
      const vote = restOf(permissions.votes) !== undefined;
      delayed.add({ id, decision: 'approve', text: '', etag, production }, `${name} ${version}`, vote);
      next();
    }
  };
  const reject = () => may('reject') && ask('reject');
  const snooze = () => open && ask('snooze');
  useShortcuts({ a: approve, r: reject, s: snooze });

  return (
    <article aria-label={`${ticket.spec.target.name} ${ticket.spec.target.version}`} className="min-w-0">
      <TriageFacts ticket={ticket} heading={heading} nameOf={nameOf} />
      <TriageActions
        ticket={ticket}
        permissions={permissions}
        doubts={doubts}
        reading={reading}
        approve={approve}
        reject={reject}
        snooze={snooze}
      />
      {asked === 'snooze' && (
        <SnoozeDialog
          id={id}
          what={`${ticket.spec.target.name} ${ticket.spec.target.version}`}
          onClose={() => ask(undefined)}
          onSnoozed={(until) => {
            say('info', words.snoozedUntil(format.dateTime(until.toISOString())));
            next();
          }}
        />
      )}
      {asked && asked !== 'snooze' && (
        <DecisionDialog
          decision={asked}
          ticket={ticket}
          etag={etag}
          nameOf={nameOf}
          onClose={() => ask(undefined)}
          onDecided={next}
        />
      )}
    </article>
  );
}
