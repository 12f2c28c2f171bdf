import type { Impact, Ticket } from '@/api/types';

type Check = 'stagingTestsPassed' | 'securityScanPassed' | 'performanceTestsPassed';
const CHECKS: readonly Check[] = ['stagingTestsPassed', 'securityScanPassed', 'performanceTestsPassed'];

/** One thing that a request has otherwise than the one before it. */
export type Contrast =
  | { what: 'impact'; before: Impact; now: Impact }
  | { what: 'check'; check: Check; now: boolean }
  | { what: 'requester'; before: string; now: string }
  | { what: 'rollback'; before: string };

/** What differs from the last request of the same target that was approved; its version and notes are told elsewhere. */
export function differences(now: Ticket, last: Ticket): readonly Contrast[] {
  const found: Contrast[] = [];
  const [was, is] = [last.spec, now.spec];
  if (was.request.impactAssessment !== is.request.impactAssessment) {
    found.push({ what: 'impact', before: was.request.impactAssessment, now: is.request.impactAssessment });
  }
  for (const check of CHECKS) {
    if (was.preChecks[check] !== is.preChecks[check])
      found.push({ what: 'check', check, now: is.preChecks[check] });
  }
  if (was.request.rollbackPlan.trim() !== is.request.rollbackPlan.trim()) {
    found.push({ what: 'rollback', before: was.request.rollbackPlan });
  }
  if (last.metadata.createdBy !== now.metadata.createdBy) {
    found.push({ what: 'requester', before: last.metadata.createdBy, now: now.metadata.createdBy });
  }
  return found;
}
