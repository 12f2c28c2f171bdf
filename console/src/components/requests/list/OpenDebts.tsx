import { Siren } from 'lucide-react';
import { Link } from 'react-router';
import type { Debt } from '@/hooks/useDebts';
import { usePeople } from '@/hooks/usePeople';
import { useEmergencyWords } from '@/i18n/emergencies';
import { When } from '@/ui/Time';

/** The emergencies for which the reader may answer, where they look for what waits for them. */
export function OpenDebts({ debts }: { debts: readonly Debt[] }) {
  const words = useEmergencyWords();
  const nameOf = usePeople();
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
        {debts.map((debt) => (
          <li key={debt.ticketId}>
            <Link
              to={`/requests/${debt.ticketId}`}
              className="inline-flex min-h-6 items-center font-mono text-[0.8125rem] underline underline-offset-2"
            >
              {debt.ticketId}
            </Link>{' '}
            {debt.target.name} {debt.target.version} · {nameOf(debt.declaredBy)} · {words.until}{' '}
            <When at={debt.answerBy} />
            {debt.overdue && <strong> · {words.late}</strong>}
          </li>
        ))}
      </ul>
    </section>
  );
}
