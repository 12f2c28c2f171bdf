import type { Meta, StoryObj } from '@storybook/react-vite';
import type { QueuedRequest } from '@/api/types';
import { JEAN, PIERRE, Signed } from '@/test/Signed';
import { QueueOfTarget } from './QueueOfTarget';

export default { title: 'Queue' } satisfies Meta;

const TARGET = { tenant: 'tenant-finance', type: 'api', name: 'payment-api' } as const;
const FROZEN = { rule: 'year-end', reason: 'The books are closed', until: '2026-12-02T06:00:00Z' };
let number = 0;

function queued(version: string, more: Partial<QueuedRequest> = {}): QueuedRequest {
  number += 1;
  return {
    place: 'line',
    state: 'approved',
    since: '2026-12-01T09:00:00Z',
    id: `PR-2026-000${number}`,
    version,
    createdBy: number % 2 ? PIERRE.email : JEAN.email,
    ...more,
  };
}

/** One deploys, others wait behind it, for their date, or for whoever holds them; of one nothing may be seen. */
export const Line: StoryObj = {
  render: () => (
    <Signed>
      <QueueOfTarget
        queue={{
          ...TARGET,
          requests: [
            queued('2.1.0', { state: 'deploying' }),
            queued('2.2.0'),
            { place: 'line', state: 'approved', since: '2026-12-01T09:30:00Z' },
            queued('2.3.0', { place: 'held' }),
            queued('3.0.0', { place: 'scheduled', scheduledDate: '2026-12-10T20:00:00Z' }),
          ],
        }}
      />
    </Signed>
  ),
};

/** Nothing is next in a freeze. */
export const Frozen: StoryObj = {
  render: () => (
    <Signed>
      <QueueOfTarget
        queue={{
          ...TARGET,
          name: 'an-interface-whose-name-is-far-longer-than-a-phone-is-wide-and-has-no-space-to-break-at',
          requests: [
            queued('2.1.0', { closed: FROZEN }),
            queued('3.0.0-rc.1+build.20261201', {
              place: 'scheduled',
              scheduledDate: '2026-12-01T20:00:00Z',
              closed: FROZEN,
            }),
          ],
        }}
      />
    </Signed>
  ),
};
