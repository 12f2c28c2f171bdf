import type { Ticket } from '@/api/types';
import type { Compared } from '@/hooks/useComparisons';
import type { ContractRead } from '@/hooks/useContract';
import { decidedAlone } from './bulkPlan';

/** What makes an approval worth a question; each has a sentence. */
export const DOUBTS = ['impact', 'direction', 'contract', 'others', 'checks', 'lapsed'] as const;
export type Doubt = (typeof DOUBTS)[number];

/** Why an approval of this asks first; nothing where one key does; undefined while that can't be told yet. */
export function asksFirst(
  ticket: Ticket,
  compared: Compared | undefined,
  contract: ContractRead,
): readonly Doubt[] | undefined {
  if (compared === 'loading' || compared === undefined || contract === 'loading') return undefined;
  const { stagingTestsPassed, securityScanPassed, performanceTestsPassed } = ticket.spec.preChecks;
  const known = typeof compared === 'object' ? compared : undefined;
  const raised: Record<Doubt, boolean> = {
    impact: decidedAlone(ticket),
    direction: known?.direction !== 'newer' && known?.direction !== 'first',
    contract: isDoubtful(contract),
    others: known === undefined || known.others.length > 0,
    checks: !(stagingTestsPassed && securityScanPassed && performanceTestsPassed),
    lapsed: ticket.status.history.some(({ action }) => action === 'lapsed'),
  };
  // What could not be compared is one doubt, not two.
  if (!known) raised.others = false;
  return DOUBTS.filter((each) => raised[each]);
}

/** Whether a contract breaks its callers, or nobody knows; what has none raises no doubt. */
export function isDoubtful(contract: ContractRead): boolean {
  if (typeof contract !== 'object') return contract === 'failed';
  return contract.state !== null && contract.found?.breaking !== 0;
}
