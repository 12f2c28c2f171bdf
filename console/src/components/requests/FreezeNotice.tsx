import { awaitsLaunch } from '@/api/lifecycle';
import type { Closed, Ticket } from '@/api/types';
import { useLine } from '@/hooks/useRequests';
import { useSpeech } from '@/i18n';
import { useFreezeWords } from '@/i18n/freezes';
import { Notice } from '@/ui/Notice';

/** Says in one sentence that nothing is launched, until when and by which rule. */
export function useClosedSentence(): (closed: Closed) => string {
  const { format } = useSpeech();
  const w = useFreezeWords();
  return ({ rule, reason, until }) =>
    (reason === null ? w.outside : w.frozen)(rule, until ? format.coming(until) : undefined);
}

/** Says until when nothing is launched, by which rule and why; before a request is sent also that it can be all the same. */
export function FreezeNotice({ closed, before }: { closed: Closed; before?: boolean }) {
  const w = useFreezeWords();
  const say = useClosedSentence();
  const { reason, until } = closed;
  return (
    <Notice look="warn" title={say(closed)}>
      <p className="max-w-prose">{reason ?? w.outsideHelp}</p>
      {before && <p className="text-muted">{until ? w.waits : w.waitsLong}</p>}
    </Notice>
  );
}

/** The freeze that a request is in now, where it is in one. */
export function FrozenNow({ ticket }: { ticket: Ticket }) {
  const closed = useLine(ticket.metadata.id, awaitsLaunch(ticket)).data?.closed;
  return closed && awaitsLaunch(ticket) ? <FreezeNotice closed={closed} /> : null;
}
