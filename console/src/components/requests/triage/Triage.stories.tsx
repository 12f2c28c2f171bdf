import type { Meta, StoryObj } from '@storybook/react-vite';
import type { Permissions, Ticket } from '@/api/types';
import { Signed } from '@/test/Signed';
import { ticket } from '@/test/tickets';
import { permissions, votes } from '@/test/votes';
import { SnoozeDialog } from './SnoozeDialog';
import { TriageActions } from './TriageActions';
import { TriageList } from './TriageList';

export default { title: 'One by one' } satisfies Meta;

const nothing = () => undefined;

function row(number: number, state?: Ticket['status']['state']): Ticket {
  const made = ticket(state, `PR-2026-000${number}`);
  made.metadata.createdAt = '2020-01-01T10:00:00Z';
  return made;
}

/** The one that is shown, one on its way, a vote on its way, one that was decided. */
export const List: StoryObj = {
  render: () => (
    <Signed>
      <div className="max-w-80 lg:contents [&>nav]:block!">
        <TriageList
          tickets={[row(1), row(2), row(3), row(4), row(5, 'deployed')]}
          triage={{
            at: 'PR-2026-0001',
            place: 0,
            leaving: new Map([
              ['PR-2026-0003', false],
              ['PR-2026-0004', true],
            ]),
            go: nothing,
            step: nothing,
            next: nothing,
          }}
        />
      </div>
    </Signed>
  ),
};

function Decisions({ may }: { may: Partial<Permissions> }) {
  return (
    <TriageActions
      ticket={row(1)}
      permissions={permissions(may)}
      doubts={[]}
      reading={false}
      approve={nothing}
      reject={nothing}
      snooze={nothing}
    />
  );
}

const OWN: Permissions['approve'] = {
  allowed: false,
  why: 'As the server says it',
  kind: 'self-approval',
  who: [],
};

/** Free, as one vote of several, and refused for one's own request. */
export const Actions: StoryObj = {
  render: () => (
    <div className="space-y-6">
      <Decisions may={{}} />
      <Decisions may={{ votes: votes({ missing: [] }) }} />
      <Decisions may={{ approve: OWN, reject: OWN }} />
    </div>
  ),
};

/** Until when a request is set aside. */
export const Snooze: StoryObj = {
  render: () => (
    <SnoozeDialog id="PR-2026-0001" what="payment-api 2.1.0" onClose={nothing} onSnoozed={nothing} />
  ),
};
