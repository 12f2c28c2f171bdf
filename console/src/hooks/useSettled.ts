import { awaitsLaunch } from '@/api/lifecycle';
import type { Ticket } from '@/api/types';
import { useContract } from './useContract';
import { useDifference, useLine, usePermissions, useTicket } from './useRequests';

/** True once everything that makes a request's page longer has come or failed: shown before, it moves under its reader. */
export function useSettled(ticket: Ticket): boolean {
  const { id } = ticket.metadata;
  const difference = useDifference(id);
  const parts = [
    difference,
    useTicket(difference.data?.inProduction?.ticketId ?? ''),
    usePermissions(id),
    useContract(ticket),
    useLine(id, awaitsLaunch(ticket)),
  ];
  return parts.every(({ isLoading, failureCount }) => !isLoading || failureCount > 0);
}
