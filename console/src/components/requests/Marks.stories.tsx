import type { Meta, StoryObj } from '@storybook/react-vite';
import type { Ticket } from '@/api/types';
import { after, ticket } from '@/test/tickets';
import { EscalatedMark } from './EscalatedMark';
import { FreezeMark } from './FreezeMark';
import { FreezeNotice } from './FreezeNotice';
import { Marks } from './Marks';
import { VotesMark } from './VotesMark';

export default { title: 'Marks' } satisfies Meta;

const RATIFIED = { action: 'ratified', by: 'claire.moreau@cab-i.com', reason: 'It could not wait' } as const;
const DECLARED = {
  action: 'approved',
  emergency: true,
  comment: 'Payments are down',
  answerBy: '2026-12-27T10:30:00Z',
} as const;
const DEPLOYED = [
  { action: 'deploying', by: 'system' },
  { action: 'deployed', by: 'system' },
] as const;

const declared = (...more: Parameters<typeof after>[1][]): Ticket => {
  const made = after('deployed', DECLARED, ...DEPLOYED, ...more);
  return { ...made, status: { ...made.status, approvedAt: '2026-12-24T10:30:00Z' } };
};

/** What has to be said beside a request's state, in a row and as large as on its page. */
export const OfRequests: StoryObj = {
  render: () => (
    <ul className="space-y-3">
      {[
        after('approved', { action: 'held', reason: 'The database is being moved' }),
        after('pending', { action: 'approved' }, { action: 'lapsed', by: 'system' }),
        declared(),
        declared(RATIFIED),
      ].map((each, index) => (
        <li key={index} className="flex flex-wrap items-center gap-3">
          <Marks ticket={each} />
          <Marks ticket={each} large />
        </li>
      ))}
    </ul>
  ),
};

/** What rules say of a row: votes that are missing, people who were asked, times in which nothing is launched. */
export const OfRules: StoryObj = {
  render: () => (
    <ul className="space-y-3">
      <li>
        <VotesMark ticket={ticket()} votes={{ needed: 3, missing: 3 }} mine={false} />
      </li>
      <li>
        <VotesMark ticket={ticket()} votes={{ needed: 2, missing: 1 }} mine />
      </li>
      <li>
        <EscalatedMark at="2026-11-30T08:00:00Z" />
      </li>
      <li>
        <FreezeMark
          closed={{ rule: 'year-end', reason: 'The books are closed', until: '2026-12-02T06:00:00Z' }}
        />
      </li>
      <li>
        <FreezeMark closed={{ rule: 'weekdays', reason: null, until: '2026-12-02T06:00:00Z' }} />
      </li>
      <li>
        <FreezeMark closed={{ rule: 'standstill', reason: 'Until further notice', until: null }} />
      </li>
    </ul>
  ),
};

/** A freeze and a window on a request's page, and before it is sent. */
export const Freezes: StoryObj = {
  render: () => (
    <div className="space-y-3">
      <FreezeNotice
        closed={{ rule: 'year-end', reason: 'The books are closed', until: '2026-12-02T06:00:00Z' }}
      />
      <FreezeNotice closed={{ rule: 'weekdays', reason: null, until: '2026-12-02T06:00:00Z' }} before />
      <FreezeNotice closed={{ rule: 'standstill', reason: 'Until further notice', until: null }} before />
    </div>
  ),
};
