import { useQueries, useQuery } from '@tanstack/react-query';
import type { Contract, Ticket } from '@/api/types';
import { contractOf } from './useRequests';

/** What is known of how a request's contract differs; undefined for a target that has no contract. */
export type ContractRead = Contract | 'loading' | 'failed' | undefined;

/** The API's contract beside production's, as it was compared when the request was submitted. */
export function useContract(ticket: Ticket) {
  return useQuery(contractOf(ticket));
}

/** The same for a decision, which must tell what has no contract from what could not be read. */
export function useContracts(tickets: readonly Ticket[]): (id: string) => ContractRead {
  const answers = useQueries({ queries: tickets.map(contractOf) });
  return (id) => {
    const place = tickets.findIndex(({ metadata }) => metadata.id === id);
    const [ticket, answer] = [tickets[place], answers[place]];
    if (!ticket || !answer || ticket.spec.target.type !== 'api') return undefined;
    return answer.data ?? (answer.isError ? 'failed' : 'loading');
  };
}
