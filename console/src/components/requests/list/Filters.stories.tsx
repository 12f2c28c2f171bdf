import type { Meta, StoryObj } from '@storybook/react-vite';
import { useRef, useState } from 'react';
import { ROWS, type Filters } from '@/api/filters';
import type { Preferences } from '@/api/types';
import { APPROVER, Signed } from '@/test/Signed';
import { ClearFilters } from './ClearFilters';
import { RequestFilters } from './RequestFilters';
import SavedDialog from './SavedDialog';

export default { title: 'Filters' } satisfies Meta;

const ME = {
  ...APPROVER,
  tenants: [...APPROVER.tenants, { name: 'tenant-logistics', displayName: 'Logistics' }],
};

/** They act, as on the page: what is chosen is shown, and above rows they are taken away beside the rows' number. */
function Bar({ given }: { given: Partial<Filters> & Pick<Filters, 'tab'> }) {
  const [filters, setFilters] = useState<Filters>({ ...ROWS, ...given });
  const search = useRef<HTMLInputElement>(null);
  const change = (some: Partial<Filters>) => setFilters((was) => ({ ...was, ...some }));
  return (
    <Signed>
      <div className="space-y-2">
        <RequestFilters filters={filters} me={ME} search={search} change={change} />
        {filters.view === 'rows' && <ClearFilters filters={filters} change={change} />}
      </div>
    </Signed>
  );
}

/** Nothing is chosen. */
export const Free: StoryObj = { render: () => <Bar given={{ tab: 'all' }} /> };

/** Several states, a tenant, days of one's own, and words. */
export const Narrowed: StoryObj = {
  render: () => (
    <Bar
      given={{
        tab: 'all',
        states: ['pending', 'approved'],
        tenant: 'tenant-logistics',
        type: 'policy',
        period: 'custom',
        from: '2026-11-02',
        to: '2026-11-30',
        order: 'due',
        q: 'fraud',
      }}
    />
  ),
};

/** What waits is pending, and can be decided one by one. */
export const Waiting: StoryObj = {
  render: () => <Bar given={{ tab: 'waiting', view: 'split', type: 'api' }} />,
};

/** One that a figure on top leads to. */
export const Done: StoryObj = { render: () => <Bar given={{ tab: 'all', done: 'deployed-week' }} /> };

const KEPT: Preferences = {
  digest: { daily: false, hour: 8 },
  filters: [
    { name: 'Critical ones of this week', query: 'tab=waiting&period=week' },
    { name: 'Everything of the fraud team that is on its way to production', query: 'tab=all&q=fraud' },
  ],
  snoozed: [],
};

/** Lists that somebody comes back to, and a name for the one that is shown. */
export const Saved: StoryObj = {
  render: () => (
    <Signed known={[[['preferences'], { preferences: KEPT, etag: '"1"' }]]}>
      <SavedDialog filters={{ ...ROWS, tab: 'all' }} onClose={() => undefined} />
    </Signed>
  ),
};
