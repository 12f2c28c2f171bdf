import { ChevronRight } from 'lucide-react';
import { Link } from 'react-router';
import type { AuditEntry } from '@/api/types';
import { useSpeech } from '@/i18n';
import { useAuditWords } from '@/i18n/audit';
import { OutcomeBadge } from './OutcomeBadge';

/** One entry: what happened in two lines, and all that is known of it for who opens it. */
export function TrailEntry({ entry }: { entry: AuditEntry }) {
  const { format } = useSpeech();
  const words = useAuditWords();
  return (
    <li className="border-b border-line last:border-b-0">
      <details className="group">
        <summary className="flex cursor-pointer list-none items-start gap-3 px-3 py-2.5 hover:bg-hover focus-visible:-outline-offset-2">
          <ChevronRight className="mt-0.5 size-4 shrink-0 text-muted group-open:rotate-90" aria-hidden />
          <span className="flex min-w-0 grow flex-col gap-0.5">
            <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
              <OutcomeBadge outcome={entry.outcome} />
              <span className="font-medium">{words.actions[entry.action]}</span>
              <bdi className="text-muted">{entry.by ?? words.stranger}</bdi>
              {entry.ticket && <bdi className="font-mono text-xs text-muted">{entry.ticket}</bdi>}
            </span>
            {entry.detail && (
              <bdi className="line-clamp-2 text-[0.8125rem] text-muted group-open:hidden">{entry.detail}</bdi>
            )}
          </span>
          <time
            dateTime={entry.at}
            title={format.exact(entry.at)}
            className="shrink-0 text-[0.8125rem] text-muted max-sm:max-w-20 max-sm:text-end"
          >
            {format.dateTime(entry.at)}
          </time>
        </summary>
        <Known entry={entry} />
      </details>
    </li>
  );
}

const FIELDS = ['kind', 'rule', 'status', 'call', 'address', 'subject', 'id'] as const;

function Known({ entry }: { entry: AuditEntry }) {
  const { format } = useSpeech();
  const words = useAuditWords();
  const known = FIELDS.flatMap((field) =>
    entry[field] ? [[words.fields[field], entry[field]] as const] : [],
  );
  return (
    <div className="space-y-2 bg-sunken px-4 py-3 ps-10 text-[0.8125rem]">
      {entry.detail && <p className="whitespace-pre-wrap">{entry.detail}</p>}
      {entry.leftOut && <p className="text-warn-text">{words.leftOut(entry.leftOut)}</p>}
      <dl className="grid grid-cols-[max-content_1fr] gap-x-4 gap-y-1">
        <Fact name={words.fields.at}>{format.exact(entry.at)}</Fact>
        <Fact name={words.fields.via}>{words.vias[entry.via]}</Fact>
        {entry.tenant && <Fact name={words.fields.tenant}>{entry.tenant}</Fact>}
        {known.map(([name, value]) => (
          <Fact key={name} name={name}>
            <bdi>{value}</bdi>
          </Fact>
        ))}
      </dl>
      {entry.ticket && (
        <Link className="text-accent-text underline" to={`/requests/${encodeURIComponent(entry.ticket)}`}>
          <bdi>{entry.ticket}</bdi>
        </Link>
      )}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}
