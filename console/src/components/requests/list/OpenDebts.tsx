import { useQuery } from '@tanstack/react-query';
import { Siren } from 'lucide-react';
import { Link } from 'react-router';
import { api, data } from '@/api/client';
import { KEYS } from '@/hooks/useRequests';
import { useEmergencyWords } from '@/i18n/emergencies';
import { When } from '@/ui/Time';

/** The emergencies for which the reader may answer, where they look for what waits for them; nothing where none do. */
export function OpenDebts() {
  const words = useEmergencyWords();
  const { data: debts } = useQuery({
    queryKey: KEYS.debts,
    queryFn: async ({ signal }) =>
      data(await api.GET('/v1/debts', { params: { query: { limit: 200 } }, signal })),
  });
  const mine = debts?.filter(({ mayAnswer }) => mayAnswer) ?? [];
  if (mine.length === 0) return null;
  return (
    <section
      aria-label={words.open}
      className="rounded-lg border border-danger-text bg-danger-soft px-4 py-3 text-danger-text"
    >
      <h2 className="mb-1 flex items-center gap-2 font-semibold">
        <Siren className="size-4 shrink-0" aria-hidden />
        {words.open}
      </h2>
      <ul className="space-y-1">
        {mine.map((debt) => (
          <li key={debt.ticketId}>
            <Link
              to={`/requests/${debt.ticketId}`}
              className="inline-flex min-h-6 items-center font-mono text-[0.8125rem] underline underline-offset-2"
            >
              {debt.ticketId}
            </Link>{' '}
            {debt.target.name} {debt.target.version} · {debt.declaredBy} · {words.until}{' '}
            <When at={debt.answerBy} />
            {debt.overdue && <strong> · {words.late}</strong>}
          </li>
        ))}
      </ul>
    </section>
  );
}
