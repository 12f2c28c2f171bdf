import { ArrowRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Ticket } from '@/api/types';
import { usePeople } from '@/hooks/usePeople';
import { useDifference, useTicket } from '@/hooks/useRequests';
import { useSpeech } from '@/i18n';
import { useDecidingWords } from '@/i18n/deciding';
import { cx } from '@/ui/classes';
import { ImpactBadge } from './ImpactBadge';
import { Typed } from './sections';
import { differences, type Contrast } from './sinceLast';

/** What differs from the last approved request of the target that reached production; nothing where there is none. */
export function SinceLast({ ticket }: { ticket: Ticket }) {
  const words = useDecidingWords();
  const before = useDifference(ticket.metadata.id).data?.inProduction?.ticketId ?? '';
  const last = useTicket(before).data?.ticket;
  if (!last) return null;
  const found = differences(ticket, last);
  return (
    <div>
      <p className="text-[0.8125rem] text-muted">
        {words.since('\u0000').split('\u0000')[0]}
        <Link
          to={`/requests/${before}`}
          className="font-mono text-accent-text underline-offset-2 hover:underline"
        >
          {before}
        </Link>
        {words.since('\u0000').split('\u0000')[1]}
      </p>
      {found.length === 0 ? (
        <p>{words.same}</p>
      ) : (
        <ul aria-label={words.sinceHelp} className="mt-1 space-y-1">
          {found.map((each) => (
            <li key={each.what === 'check' ? each.check : each.what}>
              <OneContrast contrast={each} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function OneContrast({ contrast }: { contrast: Contrast }) {
  const { t } = useSpeech();
  const words = useDecidingWords();
  const nameOf = usePeople();
  switch (contrast.what) {
    case 'impact':
      return (
        <Turn
          label={t.detail.impact}
          before={t.impact[contrast.before]}
          now={<ImpactBadge impact={contrast.now} long />}
        />
      );
    case 'check':
      return (
        <span className={cx('font-medium', contrast.now ? 'text-ok-text' : 'text-warn-text')}>
          {t.detail.checks[contrast.check][contrast.now ? 'passed' : 'missing']}
        </span>
      );
    case 'requester':
      return <Turn label={words.requester} before={nameOf(contrast.before)} now={nameOf(contrast.now)} />;
    case 'rollback':
      return (
        <details>
          <summary className="w-fit cursor-pointer rounded font-medium">{words.rollback}</summary>
          <div className="mt-1 border-s-2 border-line ps-4 text-muted">
            <Typed text={contrast.before} />
          </div>
        </details>
      );
  }
}

function Turn({ label, before, now }: { label: string; before: string; now: ReactNode }) {
  const { t } = useSpeech();
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 font-medium">
      <span className="font-normal text-muted">{label}</span> {before}
      <ArrowRight className="size-3.5" aria-hidden />
      <span className="sr-only">{t.versions.replaces}</span> {now}
    </span>
  );
}
