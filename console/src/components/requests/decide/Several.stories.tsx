import type { Meta, StoryObj } from '@storybook/react-vite';
import type { Comparison, Ticket } from '@/api/types';
import { KEYS } from '@/hooks/useRequests';
import type { Selection } from '@/hooks/useSelection';
import { Signed } from '@/test/Signed';
import { ticket } from '@/test/tickets';
import { BulkBar } from './BulkBar';
import { BulkDialog } from './BulkDialog';

export default { title: 'Several at once' } satisfies Meta;

const nothing = () => undefined;

function asked(number: number, name: string, version: string): Ticket {
  const made = ticket('pending', `PR-2026-000${number}`);
  made.metadata.createdAt = `2026-11-2${number}T10:30:00Z`;
  Object.assign(made.spec.target, { name, version, type: 'application' });
  return made;
}

const TICKETS = [
  asked(1, 'billing-portal', '1.0.0'),
  asked(2, 'branch-locator', '4.2.0'),
  asked(3, 'billing-portal', '1.1.0'),
  asked(4, 'fraud-desk', '2.0.3'),
];

function compared(at: number, replaces: string | null, direction: Comparison['direction']): Comparison {
  return { ticketId: TICKETS[at]?.metadata.id ?? '', replaces, direction, others: [] };
}

const OTHER = { version: '1.1.0', state: 'pending', createdBy: 'pierre.durand@cab-i.com' } as const;
const COMPARED: readonly Comparison[] = [
  {
    ...compared(0, null, 'first'),
    others: [{ ...OTHER, id: 'PR-2026-0003', scheduledDate: null, direction: 'newer' }],
  },
  compared(1, '4.1.0', 'newer'),
  {
    ...compared(2, null, 'first'),
    others: [{ ...OTHER, id: 'PR-2026-0001', version: '1.0.0', scheduledDate: null, direction: 'older' }],
  },
  compared(3, '2.1.0', 'older'),
];

function selected(tickets: readonly Ticket[]): Selection {
  return {
    offered: true,
    tickets,
    selectable: tickets,
    has: () => true,
    set: nothing,
    toggle: nothing,
    all: nothing,
  };
}

/** What can be done with what is selected; it floats over the list. */
export const Bar: StoryObj = {
  render: () => <BulkBar selection={selected(TICKETS)} onDecided={nothing} />,
};

function Asked({ decision, some }: { decision: 'approve' | 'reject'; some: readonly Ticket[] }) {
  const ids = some.map(({ metadata }) => metadata.id);
  const known = COMPARED.filter(({ ticketId }) => ids.includes(ticketId));
  return (
    <Signed known={[[[...KEYS.comparisons, 'of', ...ids], known]]}>
      <BulkDialog decision={decision} tickets={some} onClose={nothing} />
    </Signed>
  );
}

/** Two versions of one target, of which the newest is taken, and one that goes back. */
export const Approved: StoryObj = { render: () => <Asked decision="approve" some={TICKETS} /> };

/** One reason for all of them. */
export const Rejected: StoryObj = { render: () => <Asked decision="reject" some={TICKETS.slice(1, 3)} /> };
