import type { Meta, StoryObj } from '@storybook/react-vite';
import type { Delegation } from '@/hooks/useDelegations';
import { CLAIRE, EMMA, JEAN, Signed } from '@/test/Signed';
import { Delegations } from './Delegations';

export default { title: 'Delegations' } satisfies Meta;

const GIVEN: Delegation = {
  id: 'one',
  giver: JEAN,
  to: EMMA,
  since: '2026-11-30T08:00:00Z',
  until: '2026-12-05T18:00:00Z',
  reason: 'On leave until Friday',
  tenants: null,
  state: 'stands',
  counts: true,
  withdrawable: true,
  withdrawnAt: null,
  withdrawnBy: null,
};

function Shown({ found }: { found: readonly Delegation[] }) {
  return (
    <Signed known={[[['delegations'], found]]}>
      <Delegations />
    </Signed>
  );
}

/** Given, handed over and still to come, and one that counts for nothing. */
export const Votes: StoryObj = {
  render: () => (
    <Shown
      found={[
        GIVEN,
        { ...GIVEN, id: 'two', giver: CLAIRE, to: JEAN, state: 'coming', since: '2026-12-02T08:00:00Z' },
        { ...GIVEN, id: 'three', counts: false, withdrawable: false },
      ]}
    />
  ),
};

/** Nothing is handed over. */
export const None: StoryObj = { render: () => <Shown found={[]} /> };
