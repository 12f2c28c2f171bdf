import { Part } from '@/components/requests/sections';
import type { Ticket } from '@/api/types';
import { useContract } from '@/hooks/useContract';
import { useContractWords } from '@/i18n/contract';
import { ContractChanges } from './ContractChanges';

/** The changes of the contract under their heading; nothing of what has no contract. */
export function Contract({ ticket, most }: { ticket: Ticket; most?: number }) {
  const w = useContractWords();
  const { data } = useContract(ticket);
  if (!data?.state) return null;
  return (
    <Part title={w.title}>
      <ContractChanges contract={data} {...(most !== undefined && { most })} />
    </Part>
  );
}
