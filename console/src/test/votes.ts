import type { Permissions } from '@/api/types';
import type { Need, Votes } from '@/api/votes';

export const cpi = (count: number): Need => ({ role: 'cpi', group: null, count });
export const security = (count: number): Need => ({ role: null, group: 'security', count });

/** Votes by a rule that asks for two, of which Jean gave one, where nothing else is said. */
export function votes(more: Partial<Votes> = {}): Votes {
  return {
    rule: 'critical',
    needs: [cpi(2)],
    given: [{ by: 'jean.dupont@cab-i.com', at: '2026-12-24T10:30:00Z', comment: 'Read the plan' }],
    missing: [cpi(1)],
    asked: [{ name: 'Alice Admin', email: 'alice.admin@cab-i.com' }],
    unfillable: [],
    ...more,
  };
}

const YES = { allowed: true, why: null, who: [] };
const NO: Permissions['cancel'] = {
  ...YES,
  allowed: false,
  why: 'As the server says it',
  kind: 'not-pending',
};

/** What an approver may do with what is pending. */
export function permissions(more: Partial<Permissions> = {}): Permissions {
  return {
    approve: YES,
    reject: YES,
    cancel: NO,
    retry: NO,
    hold: NO,
    release: NO,
    unendorse: NO,
    emergency: NO,
    ratify: NO,
    refute: NO,
    deciders: [],
    escalation: [],
    onBehalfOf: [],
    ...more,
  };
}
