import { Download } from 'lucide-react';
import { isOver } from '@/api/lifecycle';
import { ApiProblem } from '@/api/problem';
import { holdsEverywhere } from '@/api/rights';
import type { Ticket } from '@/api/types';
import { Section } from '@/components/requests/sections';
import { useReceipt } from '@/hooks/useDocuments';
import { useMe } from '@/hooks/useRequests';
import { useSpeech } from '@/i18n';
import { useDocumentWords } from '@/i18n/documents';
import { explain } from '@/i18n/server';
import { Button } from '@/ui/Button';

/** The receipt of a request that is over, for who may see all that it shows. */
export function Receipt({ ticket }: { ticket: Ticket }) {
  const { t, format } = useSpeech();
  const words = useDocumentWords();
  const { data: me } = useMe();
  const { mutate, isPending, error } = useReceipt(ticket.metadata.id);
  if (!me || !holdsEverywhere(me, 'audit') || !isOver(ticket)) return null;
  const due = error instanceof ApiProblem ? error.params['due'] : undefined;
  return (
    <Section title={words.receipt}>
      <p className="mb-2 text-[0.8125rem] text-muted">{words.receiptHelp}</p>
      <Button small busy={isPending} off={isPending} onClick={() => mutate()}>
        <Download className="size-4" aria-hidden />
        {words.receiptSave}
      </Button>
      {error && (
        <p role="alert" className="mt-2 text-danger-text">
          {explain(t, error)} {due && words.receiptDue(format.coming(due))}
        </p>
      )}
    </Section>
  );
}
