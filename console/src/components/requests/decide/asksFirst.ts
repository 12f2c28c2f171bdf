import type { Ticket } from '@/api/types';
import type { Compared } from '@/hooks/useComparisons';
import { decidedAlone } from './bulkPlan';

/** What makes an approval worth a question; each has a sentence. */
export const DOUBTS = ['impact', 'direction', 'others', 'checks', 'lapsed'] as const;
export type Doubt = (typeof DOUBTS)[number];

/** Why an approval of this asks first; nothing where one key does; undefined while that can't be told yet. */
export function asksFirst(ticket: Ticket, compared: Compared | undefined): readonly Doubt[] | undefined {
  if (compared === 'loading' || compared === undefined) return undefined;
  const { stagingTestsPassed, securityScanPassed, performanceTestsPassed } = ticket.spec.preChecks;
  const known = typeof compared === 'object' ? compared : undefined;
  const raised: Record<Doubt, boolean> = {
    impact: decidedAlone(ticket),
    direction: known?.direction !== 'newer' && known?.direction !== 'first',
    others: known === undefined || known.others.length > 0,
    checks: !(stagingTestsPassed && securityScanPassed && performanceTestsPassed),
    lapsed: ticket.status.history.some(({ action }) => action === 'lapsed'),
  };
  // What could not be compared is one doubt, not two.
  if (!known) raised.others = false;
  return DOUBTS.filter((each) => raised[each]);
}
