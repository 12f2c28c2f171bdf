import type { Meta, StoryObj } from '@storybook/react-vite';
import { IMPACTS, STATES } from '@/api/types';
import { OutcomeBadge } from '@/components/audit/OutcomeBadge';
import { ImpactBadge } from './ImpactBadge';
import { StatusBadge } from './StatusBadge';
import { DirectionBadge, VersionChange } from './VersionChange';

export default { title: 'Badges' } satisfies Meta;

/** What became of a request: a word, a shape and a colour that say the same. */
export const State: StoryObj = {
  render: () => (
    <div className="flex flex-wrap gap-3">
      {STATES.map((state) => (
        <StatusBadge key={state} state={state} />
      ))}
      <StatusBadge state="deployed" large />
    </div>
  ),
};

/** What is at stake, like the strength of a signal. */
export const Impact: StoryObj = {
  render: () => (
    <div className="flex flex-wrap gap-3">
      {IMPACTS.map((impact) => (
        <ImpactBadge key={impact} impact={impact} long />
      ))}
    </div>
  ),
};

/** The way production would go. */
export const Direction: StoryObj = {
  render: () => (
    <div className="flex flex-wrap gap-3">
      {(['first', 'newer', 'same', 'older', 'unknown'] as const).map((direction) => (
        <DirectionBadge key={direction} direction={direction} />
      ))}
      <VersionChange before="3.2.0" version="2.3.0" direction="older" />
    </div>
  ),
};

/** What the audit trail says of a call. */
export const Outcome: StoryObj = {
  render: () => (
    <div className="flex flex-wrap gap-3">
      <OutcomeBadge outcome="done" />
      <OutcomeBadge outcome="refused" />
      <OutcomeBadge outcome="failed" />
    </div>
  ),
};
