import type { Meta, StoryObj } from '@storybook/react-vite';
import type { Permissions } from '@/api/types';
import type { Votes } from '@/api/votes';
import { CLAIRE, EMMA, JEAN, Signed } from '@/test/Signed';
import { ticket } from '@/test/tickets';
import { cpi, security, votes } from '@/test/votes';
import { EmergencySection } from './EmergencySection';
import { EscalationSection } from './EscalationSection';
import { OnBehalf } from './OnBehalf';
import { StandardSection } from './StandardSection';
import { VotesSection } from './Votes';

export default { title: 'Rules of a request' } satisfies Meta;

const nameOf = (email: string) => [CLAIRE, EMMA].find((each) => each.email === email)?.name ?? JEAN.name;
const [ONE] = votes().given;

function Voted({ said, state }: { said: Votes; state?: 'deployed' }) {
  return (
    <Signed>
      <VotesSection ticket={ticket(state)} votes={said} nameOf={nameOf} />
    </Signed>
  );
}

/** One need is met, of another a vote is missing. */
export const VotesGiven: StoryObj = {
  render: () => <Voted said={votes({ needs: [cpi(2), security(1)], missing: [cpi(1)] })} />,
};

/** Nobody has voted, and for one vote nobody is left. */
export const VotesNobodyCanGive: StoryObj = {
  render: () => <Voted said={votes({ given: [], missing: [cpi(2)], unfillable: [cpi(1)], asked: [] })} />,
};

/** Who gave them, once it is decided; one for somebody else. */
export const VotesOver: StoryObj = {
  render: () => (
    <Voted
      state="deployed"
      said={votes({
        given: ONE ? [ONE, { ...ONE, by: EMMA.email, onBehalfOf: CLAIRE.email, comment: null }] : [],
        missing: [],
        asked: [],
      })}
    />
  ),
};

const OWED: NonNullable<Permissions['declared']> = {
  by: JEAN.email,
  at: '2026-11-30T10:30:00Z',
  reason: 'Payments are down since nine',
  answerBy: '2026-12-03T10:30:00Z',
  owed: true,
  overdue: false,
};
const ASKS: Permissions['ratify'] = {
  allowed: false,
  why: 'As the server says it',
  kind: 'own-emergency',
  who: [CLAIRE],
};

function Declared({ said, who }: { said: Partial<typeof OWED>; who: Permissions['ratify']['who'] }) {
  return (
    <Signed>
      <EmergencySection declared={{ ...OWED, ...said }} ratify={{ ...ASKS, who }} nameOf={nameOf} />
    </Signed>
  );
}

/** Nobody has answered for it yet. */
export const EmergencyOwed: StoryObj = { render: () => <Declared said={{}} who={[CLAIRE]} /> };

/** Nobody answered in time. */
export const EmergencyOverdue: StoryObj = {
  render: () => <Declared said={{ overdue: true, answerBy: '2026-11-30T12:00:00Z' }} who={[]} />,
};

/** Somebody said that it was wrong. */
export const EmergencyAnswered: StoryObj = {
  render: () => (
    <Declared
      said={{
        owed: false,
        answer: 'refuted',
        answeredBy: CLAIRE.email,
        answeredAt: '2026-11-30T16:00:00Z',
        answeredBecause: 'It could have waited for two',
      }}
      who={[]}
    />
  ),
};

/** Who was asked, and who comes next. */
export const Escalation: StoryObj = {
  render: () => (
    <EscalationSection
      steps={[
        { role: 'cpi', group: null, at: '2026-11-30T10:30:00Z', asked: '2026-11-30T10:31:00Z' },
        { role: null, group: 'management', at: '2026-12-03T10:30:00Z', asked: null },
      ]}
    />
  ),
};

const FACTS = {
  kind: 'standard-approves',
  params: { impact: 'low', step: 'patch', before: '2.0.1', tickets: 'PR-2026-0007, PR-2026-0011' },
} as const;

/** A rule approved it. */
export const StandardChange: StoryObj = {
  render: () => (
    <StandardSection standard={{ rule: 'everyday', approves: true, facts: [FACTS], missing: [] }} />
  ),
};

/** People have to, for what is missing. */
export const StandardMissing: StoryObj = {
  render: () => (
    <StandardSection
      standard={{
        rule: 'everyday',
        approves: false,
        facts: [],
        missing: [{ kind: 'standard-breaking', params: {} }],
      }}
    />
  ),
};

/** For whom one decides here. */
export const Delegated: StoryObj = {
  render: () => (
    <OnBehalf
      people={[
        { giver: CLAIRE, until: '2026-12-05T18:00:00Z', approve: true, reject: true, unendorse: true },
      ]}
    />
  ),
};
