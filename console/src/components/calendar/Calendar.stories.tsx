import type { Meta, StoryObj } from '@storybook/react-vite';
import type { FreezeTime, Ticket } from '@/api/types';
import { after } from '@/test/tickets';
import { DayGrid } from './DayGrid';
import { shownDays } from './days';
import { FrozenTime } from './FrozenTime';

export default { title: 'Calendar' } satisfies Meta;

const TODAY = new Date(2026, 11, 1);
const FREEZE: FreezeTime = {
  begins: new Date(2026, 11, 3, 18).toISOString(),
  ends: new Date(2026, 11, 5, 6).toISOString(),
  rule: 'year-end',
  reason: 'The books are closed',
  tenants: [],
  types: ['api'],
  impacts: ['high', 'critical'],
  someTargets: true,
};

function planned(state: 'approved' | 'deployed', day: number, held = false): Ticket {
  const made = after(state, { action: 'approved' }, ...(held ? [{ action: 'held' } as const] : []));
  made.metadata.id = `PR-2026-00${day}${held ? 1 : 0}`;
  made.spec.request.scheduledDate = new Date(2026, 11, day, 20, 30).toISOString();
  return made;
}

/** A week in which something is planned, held and frozen. */
export const Week: StoryObj = {
  render: () => (
    <DayGrid
      days={shownDays('week', TODAY).days}
      tickets={[
        planned('deployed', 1),
        planned('approved', 2),
        planned('approved', 2, true),
        planned('approved', 4),
      ]}
      freezes={[FREEZE]}
    />
  ),
};

/** The days that a freeze begins, lasts and ends, and one that somebody's targets are in. */
export const Freeze: StoryObj = {
  render: () => (
    <div className="max-w-64 space-y-3">
      {[3, 4, 5].map((day) => (
        <FrozenTime key={day} freeze={FREEZE} day={new Date(2026, 11, day)} />
      ))}
      <FrozenTime
        freeze={{ ...FREEZE, types: [], impacts: [], someTargets: false, tenants: ['tenant-finance'] }}
        day={new Date(2026, 11, 4)}
      />
    </div>
  ),
};
