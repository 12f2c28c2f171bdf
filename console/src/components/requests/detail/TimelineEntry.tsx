import { Link } from 'react-router';
import type { Action, HistoryEntry } from '@/api/types';
import { useSession } from '@/auth/useSession';
import { useSpeech } from '@/i18n';
import { useDelegationWords } from '@/i18n/delegations';
import { useEmergencyWords } from '@/i18n/emergencies';
import { cx } from '@/ui/classes';
import { OutLink } from '@/ui/OutLink';
import { When } from '@/ui/Time';
import { commitAddress, jobAddress } from './addresses';

const DOTS: Record<Action, string> = {
  created: 'bg-muted',
  endorsed: 'bg-info-text',
  unendorsed: 'bg-warn-text',
  approved: 'bg-info-text',
  deploying: 'bg-info-text',
  verifying: 'bg-info-text',
  retried: 'bg-info-text',
  deployed: 'bg-ok-text',
  failed: 'bg-danger-text',
  rejected: 'bg-danger-text',
  cancelled: 'bg-muted',
  expired: 'bg-muted',
  superseded: 'bg-muted',
  due: 'bg-info-text',
  held: 'bg-warn-text',
  released: 'bg-info-text',
  lapsed: 'bg-warn-text',
  ratified: 'bg-ok-text',
  refuted: 'bg-danger-text',
};

interface TimelineEntryProps {
  entry: HistoryEntry;
  commit: string | undefined;
  nameOf: (email: string) => string;
  last: boolean;
}

/** One step: who took it, when, why, and what came of it. */
export function TimelineEntry({ entry, commit, nameOf, last }: TimelineEntryProps) {
  const { t } = useSpeech();
  const urgent = useEmergencyWords();
  const words = entry.reason ?? entry.comment;
  const delegated = useDelegationWords();
  const who = entry.onBehalfOf
    ? delegated.behalf(nameOf(entry.by), nameOf(entry.onBehalfOf))
    : nameOf(entry.by);
  return (
    <li className="flex gap-3">
      <span className="flex w-3 shrink-0 flex-col items-center pt-1" aria-hidden>
        <span
          className={cx('size-3 rounded-full', entry.emergency ? 'bg-danger-text' : DOTS[entry.action])}
        />
        {!last && <span className="my-1 w-px grow bg-line" />}
      </span>
      <div className={cx('min-w-0 grow', !last && 'pb-4')}>
        <p>
          <span className={cx('font-medium', entry.emergency ? 'text-danger-text' : undefined)}>
            {entry.emergency ? urgent.title : t.action[entry.action]}
          </span>
          <span className="text-muted">
            {' '}
            · <When at={entry.at} /> · <span title={entry.by}>{who}</span>
          </span>
        </p>
        {words && <p className="mt-1 max-w-prose border-s-2 border-line ps-3 whitespace-pre-wrap">{words}</p>}
        {entry.decideBy && (
          <p className="mt-1 text-[0.8125rem] text-muted">
            {t.detail.decideBy} <When at={entry.decideBy} />
          </p>
        )}
        {entry.answerBy && (
          <p className="mt-1 text-[0.8125rem] text-muted">
            {urgent.until} <When at={entry.answerBy} />
          </p>
        )}
        {entry.supersededBy && (
          <Link
            to={`/requests/${entry.supersededBy}`}
            className="inline-flex min-h-6 items-center font-mono text-[0.8125rem] text-accent-text underline-offset-2 hover:underline"
          >
            {entry.supersededBy}
          </Link>
        )}
        <Traces entry={entry} commit={commit} />
        {entry.error && (
          <details className="mt-1" open>
            <summary className="w-fit cursor-pointer rounded text-[0.8125rem] leading-6 text-danger-text">
              {t.detail.errorOutput}
            </summary>
            <pre
              // Scrollable, so reachable by keyboard.
              // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
              tabIndex={0}
              className="mt-1 max-h-64 overflow-auto rounded-md bg-danger-soft p-3 font-mono text-xs whitespace-pre-wrap print:max-h-none"
            >
              {entry.error}
            </pre>
          </details>
        )}
      </div>
    </li>
  );
}

/** Where the step can be looked at in other systems. */
function Traces({ entry, commit }: Pick<TimelineEntryProps, 'entry' | 'commit'>) {
  const { t } = useSpeech();
  const { settings } = useSession();
  const job = entry.jobId && jobAddress(settings, entry.jobId);
  const page = commit && commitAddress(settings, commit);
  if (!entry.jobId && !entry.deploymentId && !commit) return null;
  return (
    <p className="flex flex-wrap gap-x-3 font-mono text-xs leading-6 text-muted [&_a]:inline-block">
      {entry.jobId &&
        (job ? <OutLink to={job}>{t.detail.job(entry.jobId)}</OutLink> : t.detail.job(entry.jobId))}
      {entry.deploymentId && <span>{t.detail.deployment(entry.deploymentId)}</span>}
      {commit &&
        (page ? (
          <OutLink to={page}>{t.detail.commit(commit.slice(0, 8))}</OutLink>
        ) : (
          <span title={commit}>{t.detail.commit(commit.slice(0, 8))}</span>
        ))}
    </p>
  );
}
