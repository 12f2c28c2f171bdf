import type { Meta, StoryObj } from '@storybook/react-vite';
import { ROWS } from '@/api/filters';
import { IMPACTS, STATES, type RuledRequest, type State } from '@/api/types';
import { ticket } from '@/test/tickets';
import { FreshRequests } from './FreshRequests';
import { RequestCard, type Choice } from './RequestCard';
import { RequestTabs } from './RequestTabs';

export default { title: 'List of requests' } satisfies Meta;

const CHOICES: readonly (Choice | undefined)[] = ['free', 'selected', 'alone', 'decided', undefined];

const FROZEN = { rule: 'year-end', reason: 'The books are closed', until: null };
const RULED: Partial<Record<State, RuledRequest>> = {
  pending: { ticketId: 'PR-2026-0000', closed: null, votes: { needed: 2, missing: 1 } },
  approved: { ticketId: 'PR-2026-0001', closed: FROZEN, votes: null },
};

/** A row in each state; some can be selected, are, or can't be. */
export const Rows: StoryObj = {
  render: () => (
    <ul className="rounded-lg border border-line bg-surface">
      {STATES.map((state, index) => {
        const row = ticket(state, `PR-2026-000${index}`);
        const impact = IMPACTS[index % IMPACTS.length] ?? 'low';
        const { request } = row.spec;
        // Long gone, so that what is said of it stays the same for a year.
        row.metadata.createdAt = '2020-01-01T10:00:00Z';
        return (
          <RequestCard
            key={state}
            ticket={{
              ...row,
              spec: { ...row.spec, request: { ...request, impactAssessment: impact } },
            }}
            tenant="Finance"
            compared="loading"
            ruled={RULED[state]}
            choice={CHOICES[index % CHOICES.length]}
            nameOf={() => 'Pierre Durand'}
            onApprove={() => undefined}
            onSelect={() => undefined}
          />
        );
      })}
    </ul>
  ),
};

/** One tab is where one is. */
export const Tabs: StoryObj = {
  render: () => (
    <RequestTabs
      filters={{ ...ROWS, tab: 'mine' }}
      me={{
        email: 'jean.dupont@cab-i.com',
        name: 'Jean Dupont',
        grants: [],
        tenants: [],
        creates: ['tenant-finance'],
        mayApprove: true,
        decidesFor: [],
        rights: [{ permission: 'approve', everywhere: false, tenants: ['tenant-finance'] }],
        faults: [],
      }}
    />
  ),
};

/** It floats over the list, and takes no place. */
export const Fresh: StoryObj = {
  render: () => (
    <div className="pt-4">
      <FreshRequests count={3} show={() => undefined} />
      <p className="pt-6">The list goes on where it was.</p>
    </div>
  ),
};
