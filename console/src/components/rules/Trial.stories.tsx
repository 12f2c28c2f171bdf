import type { Meta, StoryObj } from '@storybook/react-vite';
import { ApiProblem } from '@/api/problem';
import type { TrialReport } from '@/api/types';
import { TrialFault } from './TrialFault';
import { TrialForm } from './TrialForm';
import { TrialResult } from './TrialResult';

export default { title: 'Trial of rules' } satisfies Meta;

const nothing = () => undefined;

/** The rule as it is to be. */
export const Form: StoryObj = {
  render: () => <TrialForm text={{ current: null }} busy={false} run={nothing} />,
};

const problem = (status: number, kind: string, detail: string) =>
  new ApiProblem(status, {
    type: `urn:prodgate:problem:${kind}`,
    detail,
    errors: [
      {
        field: 'text',
        kind: 'invalid',
        detail: 'spec.aprovals: Extra inputs are not permitted',
        params: { file: 'rules/two.yaml', line: '7' },
      },
      {
        field: 'text',
        kind: 'invalid',
        detail: 'spec.match: Field required',
        params: { file: 'rules/everyday.yaml', line: '3' },
      },
    ],
  });

/** Faults of the text and of another file; a trial that is under way already; one of too much. */
export const Faults: StoryObj = {
  render: () => (
    <div className="space-y-3">
      <TrialFault error={problem(422, 'rules-faulty', '')} file="rules/two.yaml" goTo={nothing} />
      <TrialFault error={problem(429, 'too-many-requests', '')} file="rules/two.yaml" goTo={nothing} />
      <TrialFault error={problem(422, 'trial-too-large', '')} file="rules/two.yaml" goTo={nothing} />
    </div>
  ),
};

const COUNTS = { today: 2, changed: 9, newly: 7, deployed: 6, failed: 1, freed: 0 };
const NEWEST = ['PR-2026-0041', 'PR-2026-0039'];
const REPORT: TrialReport = {
  today: '0c2419de0cd6',
  changed: '0c2419de0cd6',
  requests: 120,
  launches: 96,
  unread: [],
  unreadMore: 0,
  total: { ...COUNTS, newest: NEWEST },
  rows: [
    { ...COUNTS, newest: NEWEST, rule: 'two', effect: 'votes', votes: 2 },
    { ...COUNTS, newly: 0, freed: 3, newest: [], rule: 'year-end', effect: 'frozen', votes: null },
  ],
  standard: [{ ...COUNTS, newest: ['PR-2026-0044'], rule: 'everyday' }],
  undecided: [],
  stranded: [],
};

/** What the change would have done. */
export const Result: StoryObj = { render: () => <TrialResult report={REPORT} /> };

/** What refuses it, and what could not be read. */
export const Refused: StoryObj = {
  render: () => (
    <TrialResult
      report={{
        ...REPORT,
        rows: [],
        standard: [],
        unread: ['PR-2025-0007'],
        unreadMore: 2,
        undecided: [{ rules: ['two', 'payments'], requests: 4, newest: NEWEST }],
        stranded: [{ rule: 'nobody', requests: 1, newest: ['PR-2026-0044'] }],
      }}
    />
  ),
};
