import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { KEYS } from '@/hooks/useRequests';
import { show } from '@/test/render';
import { after } from '@/test/tickets';
import { RequestTimeline } from './RequestTimeline';
import { Standing } from './Standing';

const nameOf = () => 'Jean Dupont';
const LAPSED = {
  action: 'lapsed',
  by: 'system',
  reason:
    'Production was changed by PR-2026-0007 to 2.0.9 after the approval; the request has to be approved again',
  decideBy: '2026-12-31T10:00:00Z',
} as const;
const REMARKS = [
  { kind: 'production-moved-on', params: { ticket: 'PR-2026-0007', version: '2.0.9' } },
  { kind: 'approve-anew', params: {} },
];

const ID = 'PR-2026-0003';
const NO_COMMITS = [[...KEYS.ticket(ID), 'history'], []] as const;
const line = (ahead: unknown) => [[...KEYS.comparisons, 'line', ID], { ahead, closed: null }] as const;

describe('what an open request waits for', () => {
  it('is a release, while somebody holds it: who, since when and why', () => {
    const reason = 'The database is being moved';
    const held = after('approved', { action: 'held', reason });
    show(<Standing ticket={held} nameOf={nameOf} />, { known: [NO_COMMITS] });
    expect(screen.getByText('Held by Jean Dupont')).toBeInTheDocument();
    expect(screen.getByText(reason)).toBeInTheDocument();
    expect(screen.getByText(/24 Dec 2026/)).toBeInTheDocument();
  });

  it.each([
    [
      'en',
      'Production was changed by PR-2026-0007 to 2.0.9 after the approval. The request has to be approved again.',
    ],
    [
      'fr',
      'PR-2026-0007 a mis 2.0.9 en production après l’approbation. La demande doit être approuvée à nouveau.',
    ],
  ] as const)(
    'is another approval, once the first one lapsed: what changed, and until when (%s)',
    (language, said) => {
      const commits = ['created', 'approved', 'lapsed'].map((action) => ({
        action,
        proven: true,
        remarks: { reason: action === 'lapsed' ? REMARKS : [] },
      }));
      const known = [[[...KEYS.ticket(ID), 'history'], commits]] as const;
      const lapsed = after('pending', { action: 'approved' }, LAPSED);
      show(<Standing ticket={lapsed} nameOf={nameOf} />, { language, known });
      expect(screen.getByText(said)).toBeInTheDocument();
      expect(screen.getByText(/31 (Dec|déc\.) 2026/)).toBeInTheDocument();
    },
  );

  it('is others of its target, in their order; one that is hidden has no number', () => {
    const since = '2026-12-24T09:00:00Z';
    const ahead = [
      { id: 'PR-2026-0001', state: 'deploying', since },
      { id: null, state: 'approved', since },
    ];
    const waits = after('approved', { action: 'approved' });
    show(<Standing ticket={waits} nameOf={nameOf} />, { known: [NO_COMMITS, line(ahead)] });
    expect(screen.getByText('Waits behind')).toBeInTheDocument();
    const [first, second] = screen.getAllByRole('listitem');
    expect(first).toHaveTextContent(/PR-2026-0001\s*Deploying/);
    expect(screen.getByRole('link', { name: 'PR-2026-0001' })).toHaveAttribute(
      'href',
      '/requests/PR-2026-0001',
    );
    expect(second).toHaveTextContent(/another request\s*Approved/);
  });

  it.each([
    [
      'en',
      { reason: 'The books are closed', until: '2026-11-30T08:00:00Z' },
      'Nothing is launched until Mon 30 Nov, 08:00 UTC (rule year-end)',
    ],
    [
      'fr',
      { reason: 'The books are closed', until: '2026-11-30T08:00:00Z' },
      'Aucun déploiement avant le lun. 30 nov., 08:00 UTC (règle year-end)',
    ],
    [
      'en',
      { reason: null, until: '2026-11-30T08:00:00Z' },
      'Outside of the change windows until Mon 30 Nov, 08:00 UTC (rule year-end)',
    ],
    [
      'fr',
      { reason: null, until: '2026-11-30T08:00:00Z' },
      'Hors des créneaux de changement jusqu’au lun. 30 nov., 08:00 UTC (règle year-end)',
    ],
    ['en', { reason: 'For ever', until: null }, 'Nothing is launched for a year at least (rule year-end)'],
  ] as const)('is the end of a freeze, or a window (%s, %o)', (language, closed, said) => {
    const frozen = [
      [...KEYS.comparisons, 'line', ID],
      { ahead: null, closed: { rule: 'year-end', ...closed } },
    ] as const;
    const held = after('approved', { action: 'held', reason: 'The database is being moved' });
    show(<Standing ticket={held} nameOf={nameOf} />, { language, known: [NO_COMMITS, frozen] });
    expect(screen.getByText(said)).toBeInTheDocument();
    if (closed.reason) expect(screen.getByText(closed.reason)).toBeInTheDocument();
    expect(screen.getByText('The database is being moved')).toBeInTheDocument();
  });

  it.each([
    ['en', 'Nothing is launched until Mon 30 Nov, 08:00 UTC (rule year-end)'],
    ['fr', 'Aucun déploiement avant le lun. 30 nov., 08:00 UTC (règle year-end)'],
  ] as const)('stands at the end of what happened, in place of its turn or date (%s)', (language, said) => {
    const closed = { rule: 'year-end', reason: 'The books are closed', until: '2026-11-30T08:00:00Z' };
    const known = [NO_COMMITS, [[...KEYS.comparisons, 'line', ID], { ahead: [], closed }]] as const;
    show(<RequestTimeline ticket={after('approved', { action: 'approved' })} nameOf={nameOf} />, {
      language,
      known,
    });
    expect(screen.getAllByRole('listitem').at(-1)).toHaveTextContent(said);
  });

  it.each([
    ['nobody is ahead', []],
    ['it has no place', null],
  ])('is nothing to be said of where %s', (_, ahead) => {
    const known = [NO_COMMITS, line(ahead)];
    const { container } = show(
      <Standing ticket={after('approved', { action: 'approved' })} nameOf={nameOf} />,
      { known },
    );
    expect(container).not.toHaveTextContent('behind');
  });
});
