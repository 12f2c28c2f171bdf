import { Link } from 'react-router';
import { ROWS, writeFilters, type Filters } from '@/api/filters';
import type { State } from '@/api/types';
import { RequestLink, type TargetOf } from '@/components/requests/links';
import { Section } from '@/components/requests/sections';
import { StatusBadge } from '@/components/requests/StatusBadge';
import { usePeople } from '@/hooks/usePeople';
import { useTargetRequests } from '@/hooks/usePlaces';
import { useSpeech } from '@/i18n';
import { usePlaceWords } from '@/i18n/places';
import { NotRead } from '@/ui/NotRead';
import { Ago } from '@/ui/Time';

interface TargetRequestsProps {
  target: TargetOf;
  states: readonly State[];
  title: string;
  nothing: string;
}

/** The requests of a target in some states, those that changed last; the rest is a list of its own. */
export function TargetRequests({ target, states, title, nothing }: TargetRequestsProps) {
  const { t } = useSpeech();
  const nameOf = usePeople();
  const words = usePlaceWords().target;
  const { data, error, refetch } = useTargetRequests(target, states);
  const { tenant, type, name } = target;
  const all: Filters = { ...ROWS, tab: 'all', states, tenant, type, q: name };
  return (
    <Section title={title}>
      {error && !data && <NotRead error={error} retry={refetch} />}
      {data?.total === 0 && <p className="text-muted">{nothing}</p>}
      <ul className="space-y-2">
        {data?.tickets.map(({ metadata, spec, status }) => (
          <li key={metadata.id}>
            <p className="flex flex-wrap items-center gap-x-2">
              <span className="font-mono text-[0.8125rem] font-medium">{spec.target.version}</span>
              <StatusBadge state={status.state} />
            </p>
            <p className="flex flex-wrap items-center gap-x-1 text-[0.8125rem] text-muted">
              <RequestLink id={metadata.id} />
              <span title={metadata.createdBy}>{t.list.by(nameOf(metadata.createdBy))}</span> ·{' '}
              <Ago at={status.history.at(-1)?.at ?? metadata.createdAt} />
            </p>
          </li>
        ))}
      </ul>
      {data && data.total > data.tickets.length && (
        <Link
          to={`/requests?${writeFilters(all).toString()}`}
          className="mt-2 inline-flex min-h-6 items-center text-accent-text underline-offset-2 hover:underline"
        >
          {words.all(data.total)}
        </Link>
      )}
    </Section>
  );
}
