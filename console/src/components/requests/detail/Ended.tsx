import type { Ticket } from '@/api/types';
import { useTold } from '@/hooks/useTold';
import { useSpeech } from '@/i18n';
import { ButtonLink } from '@/ui/Button';
import { Notice } from '@/ui/Notice';
import { RollBack } from './RollBack';

const LOOKS = {
  rejected: 'fault',
  failed: 'fault',
  cancelled: 'info',
  expired: 'info',
  superseded: 'info',
} as const;

interface EndedProps {
  ticket: Ticket;
  nameOf: (email: string) => string;
  /** Whether the reader may ask for promotions of its tenant. */
  mayAsk: boolean;
}

/** Where a request did not get to production: by whom and why, before all else; and the way back where it did. */
export function Ended({ ticket, nameOf, mayAsk }: EndedProps) {
  const { t } = useSpeech();
  const { state } = ticket.status;
  const told = useTold(ticket);
  const last = told.at(-1);
  if (state === 'deployed' && mayAsk) return <RollBack ticket={ticket} className="mt-4 print:hidden" />;
  if (!last || !(state in LOOKS)) return null;
  const ended = state as keyof typeof LOOKS;
  const words = last.reason ?? (last.error ? gist(last.error) : last.comment);
  return (
    <div className="mt-4">
      <Notice
        look={LOOKS[ended]}
        title={t.detail.ended[ended](nameOf(last.by))}
        action={
          last.supersededBy ? (
            <ButtonLink small to={`/requests/${last.supersededBy}`}>
              {t.detail.newer(last.supersededBy)}
            </ButtonLink>
          ) : (
            mayAsk &&
            // What failed is deployed again as it was approved, or left for the version before.
            (ended === 'failed' ? (
              <RollBack ticket={ticket} />
            ) : (
              <ButtonLink small to={`/requests/new?again=${ticket.metadata.id}`}>
                {t.detail.askAgain}
              </ButtonLink>
            ))
          )
        }
      >
        {words && <p className="line-clamp-6 max-w-prose whitespace-pre-wrap">{words}</p>}
      </Notice>
    </div>
  );
}

/** What an error says first, and what the job said last before it counted its tasks; the timeline has all of it. */
function gist(error: string): string {
  const [head = '', ...output] =
    error
      .split(/^PLAY RECAP/m)[0]
      ?.trimEnd()
      .split('\n') ?? [];
  return [head, ...output.slice(-2)].join('\n');
}
