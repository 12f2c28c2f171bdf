import { room } from '@/api/lifecycle';
import type { Decision, Ticket } from '@/api/types';
import { usePermissions } from '@/hooks/useRequests';
import { useShortcuts } from '@/hooks/useShortcuts';

/** a and r ask about a decision, where there is room for it and the reader may take it. */
export function useDecisionKeys(ticket: Ticket, ask: (decision: Decision) => void): void {
  const { data } = usePermissions(ticket.metadata.id);
  const askIf = (decision: 'approve' | 'reject') => {
    if (room(ticket).includes(decision) && data?.[decision].allowed) ask(decision);
  };
  useShortcuts({ a: () => askIf('approve'), r: () => askIf('reject') });
}
