import type { Meta, StoryObj } from '@storybook/react-vite';
import type { Decision, Permissions, Ticket } from '@/api/types';
import { KEYS } from '@/hooks/useRequests';
import { CLAIRE, Signed } from '@/test/Signed';
import { after, ticket } from '@/test/tickets';
import { cpi, permissions, votes } from '@/test/votes';
import { DecisionDialog } from './DecisionDialog';

export default { title: 'Dialogs of decisions' } satisfies Meta;

const ID = 'PR-2026-0003';
const nothing = () => undefined;

interface AskedProps {
  decision: Decision;
  about?: Ticket;
  /** The version in production, and which way the request goes from there. */
  from?: string;
  direction?: 'newer' | 'older';
  may?: Partial<Permissions>;
}

function Asked({ decision, about = ticket(), from = '2.0.4', direction = 'newer', may = {} }: AskedProps) {
  const production = { ticketId: null, version: from, releaseNotes: null, deployedAt: null };
  const difference = { ticketId: ID, version: '2.1.0', releaseNotes: '', direction, others: [] };
  return (
    <Signed
      known={[
        [[...KEYS.ticket(ID), 'permissions'], permissions(may)],
        [[...KEYS.ticket(ID), 'history'], []],
        [[...KEYS.ticket(ID), 'contract'], { state: null }],
        [[...KEYS.comparisons, ID], { ...difference, inProduction: production }],
      ]}
    >
      <DecisionDialog
        decision={decision}
        ticket={about}
        etag={undefined}
        nameOf={() => CLAIRE.name}
        onClose={nothing}
      />
    </Signed>
  );
}

/** What goes and what comes; a comment is free. */
export const Approve: StoryObj = { render: () => <Asked decision="approve" /> };

/** It goes back to an older version. */
export const ApproveOlder: StoryObj = {
  render: () => <Asked decision="approve" from="3.2.0" direction="older" />,
};

/** One vote of two. */
export const Vote: StoryObj = {
  render: () => <Asked decision="approve" may={{ votes: votes({ given: [], missing: [cpi(2)] }) }} />,
};

/** In the name of somebody who handed their votes over. */
export const OnBehalf: StoryObj = {
  render: () => (
    <Asked
      decision="approve"
      may={{
        approve: { allowed: false, why: 'As the server says it', kind: 'not-authorized', who: [] },
        onBehalfOf: [
          { giver: CLAIRE, until: '2026-12-05T18:00:00Z', approve: true, reject: true, unendorse: true },
        ],
      }}
    />
  ),
};

/** Its reason is asked for. */
export const Reject: StoryObj = { render: () => <Asked decision="reject" /> };

/** By who asked for it. */
export const Withdraw: StoryObj = { render: () => <Asked decision="cancel" /> };

/** What failed is deployed once more. */
export const Again: StoryObj = {
  render: () => <Asked decision="retry" about={after('failed', { action: 'approved' })} />,
};

/** What is approved waits, until it is released. */
export const Hold: StoryObj = {
  render: () => <Asked decision="hold" about={after('approved', { action: 'approved' })} />,
};

/** What is held goes on. */
export const Release: StoryObj = {
  render: () => <Asked decision="release" about={after('approved', { action: 'held' })} />,
};

/** Somebody deploys alone, and answers for it. */
export const Emergency: StoryObj = { render: () => <Asked decision="emergency" /> };

/** Somebody else was first. */
export const Overtaken: StoryObj = {
  render: () => (
    <Asked
      decision="approve"
      about={after('rejected', { action: 'rejected', reason: 'The rollback plan lacks the database' })}
    />
  ),
};
