import type { HistoryEntry, Ticket } from '@/api/types';

/** A ticket like the one of the specification, with another state or id. */
export function ticket(state: Ticket['status']['state'] = 'pending', id = 'PR-2026-0003'): Ticket {
  return {
    apiVersion: 'apim.cab-i.com/v1',
    kind: 'PromotionRequest',
    metadata: {
      id,
      createdAt: '2026-12-23T10:30:00Z',
      createdBy: 'pierre.durand@cab-i.com',
      tenant: 'tenant-finance',
    },
    spec: {
      target: {
        type: 'api',
        name: 'payment-api',
        version: '2.1.0',
        sourceEnvironment: 'staging',
        targetEnvironment: 'prod',
      },
      request: {
        justification: 'New PCI-DSS compliant payment flow',
        releaseNotes: '- Added 3DS2 authentication\n',
        impactAssessment: 'low',
        rollbackPlan: 'Revert to v2.0.0 via emergency deploy',
        scheduledDate: null,
      },
      preChecks: {
        stagingTestsPassed: true,
        securityScanPassed: true,
        performanceTestsPassed: false,
        testEvidenceUrl: 'https://gitlab.cab-i.com/pipeline/12345',
      },
    },
    status: {
      state,
      history: [{ action: 'created', at: '2026-12-23T10:30:00Z', by: 'pierre.durand@cab-i.com' }],
    },
  };
}

/** A ticket in that state, to which these things happened one after the other, by Jean where nobody else is named. */
export function after(
  state: Ticket['status']['state'],
  ...happened: (Partial<HistoryEntry> & Pick<HistoryEntry, 'action'>)[]
): Ticket {
  const made = ticket(state);
  const entries = happened.map((each, index) => ({
    at: `2026-12-24T10:3${index}:00Z`,
    by: 'jean.dupont@cab-i.com',
    ...each,
  }));
  return { ...made, status: { ...made.status, history: [...made.status.history, ...entries] } };
}
