import { Layers } from 'lucide-react';
import { Link } from 'react-router';
import type { OpenRequest } from '@/api/types';
import { usePeople } from '@/hooks/usePeople';
import { useSpeech } from '@/i18n';
import { StatusBadge } from './StatusBadge';

interface OtherRequestsProps {
  others: readonly OpenRequest[];
  /** Where leaving the page would lose something. */
  newTab?: boolean;
}

/** Other requests of the same target that are still open: what is decided here is not the last word. */
export function OtherRequests({ others, newTab }: OtherRequestsProps) {
  const { t, format } = useSpeech();
  const nameOf = usePeople();
  if (!others.length) return null;
  return (
    <div>
      <p className="flex items-center gap-1.5 font-medium">
        <Layers className="size-4 shrink-0 text-muted" aria-hidden />
        {t.versions.others(others.length)}
      </p>
      <ul className="mt-1 space-y-1">
        {others.map(({ id, version, state, createdBy, scheduledDate }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
            <Link
              to={`/requests/${id}`}
              target={newTab ? '_blank' : undefined}
              className="inline-flex min-h-6 items-center font-mono text-[0.8125rem] text-accent-text underline-offset-2 hover:underline"
            >
              {id}
              {newTab && <span className="sr-only"> {t.common.newTab}</span>}
            </Link>
            <span className="font-mono text-[0.8125rem] font-medium">{version}</span>
            <StatusBadge state={state} />
            <span className="text-[0.8125rem] text-muted">
              {t.list.by(nameOf(createdBy))}
              {scheduledDate && ` · ${t.list.scheduled(format.dateTime(scheduledDate))}`}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
