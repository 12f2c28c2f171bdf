import { useWords } from '@/components/insights/words';
import type { TargetVersion } from '@/api/types';
import { RequestLink } from '@/components/requests/links';
import { DirectionBadge, isWarning } from '@/components/requests/VersionChange';
import type { useVersions } from '@/hooks/usePlaces';
import { useSpeech } from '@/i18n';
import { usePlaceWords } from '@/i18n/places';
import { Button } from '@/ui/Button';
import { When } from '@/ui/Time';

interface VersionsProps {
  list: ReturnType<typeof useVersions>;
  production: string | null;
}

/** The versions that were in production, newest first: from when to when, who asked and who approved. */
export function Versions({ list, production }: VersionsProps) {
  const { t } = useSpeech();
  const words = usePlaceWords().target;
  const versions = list.data?.pages.flatMap((page) => page.versions) ?? [];
  if (list.isSuccess && versions.length === 0) return <p className="text-muted">{words.nothing}.</p>;
  return (
    <>
      <ol className="divide-y divide-line">
        {versions.map((each, index) => (
          <Row
            key={each.ticket ?? `${each.version}-${each.since ?? ''}`}
            shown={each}
            now={index === 0 && each.version === production}
          />
        ))}
      </ol>
      {list.hasNextPage && (
        <Button
          small
          className="mt-2"
          busy={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {list.isFetchingNextPage ? t.list.loadingMore : t.list.more}
        </Button>
      )}
    </>
  );
}

function Row({ shown, now }: { shown: TargetVersion; now: boolean }) {
  const words = usePlaceWords().target;
  const { version, direction, ticket } = shown;
  return (
    <li className="py-2.5 first:pt-0 last:pb-0">
      <p className="flex flex-wrap items-center gap-x-2.5 gap-y-0.5">
        <span className="font-mono font-medium wrap-anywhere">{version}</span>
        {now && (
          <span className="rounded-full border border-transparent bg-ok-soft px-2 text-xs font-medium text-ok-text">
            {words.now}
          </span>
        )}
        {isWarning(direction) && <DirectionBadge direction={direction} />}
        {ticket && <RequestLink id={ticket} />}
      </p>
      <p className="text-[0.8125rem] text-muted">
        <Period shown={shown} />
      </p>
      <People shown={shown} />
    </li>
  );
}

function Period({ shown: { since, until } }: { shown: TargetVersion }) {
  const w = useWords();
  const words = usePlaceWords().target;
  if (!since) return words.beforeFirst;
  if (!until) return <When at={since} />;
  const seconds = (Date.parse(until) - Date.parse(since)) / 1000;
  return (
    <>
      <When at={since} /> – <When at={until} />, {words.held(w.say.duration(seconds))}
    </>
  );
}

function People({ shown: { askedBy, approvedBy, rule, emergency, attempts } }: { shown: TargetVersion }) {
  const words = usePlaceWords().target;
  const tries = attempts ?? 1;
  if (!askedBy) return null;
  return (
    <p className="text-[0.8125rem] text-muted">
      <span title={askedBy.email}>{words.asked(askedBy.name)}</span>
      {approvedBy && (
        <>
          ,{' '}
          <span title={approvedBy.email} className={emergency ? 'text-warn-text' : undefined}>
            {(emergency ? words.launchedAlone : words.approved)(approvedBy.name)}
          </span>
        </>
      )}
      {rule && <>, {words.byRule(rule)}</>}
      {tries > 1 && <>, {words.attempts(tries)}</>}
    </p>
  );
}
