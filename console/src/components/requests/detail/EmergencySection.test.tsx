import { describe, expect, it } from 'vitest';
import type { Permissions } from '@/api/types';
import { show } from '@/test/render';
import { EmergencySection } from './EmergencySection';

type Declared = NonNullable<Permissions['declared']>;

const OWED: Declared = {
  by: 'jean.dupont@cab-i.com',
  at: '2026-12-24T10:30:00Z',
  reason: 'Payments are down since nine',
  answerBy: '2026-12-27T10:30:00Z',
  owed: true,
  overdue: false,
};
const LATE: Declared = { ...OWED, overdue: true };
const ANSWERED: Declared = {
  ...OWED,
  owed: false,
  answer: 'refuted',
  answeredBy: 'alice.admin@cab-i.com',
  answeredAt: '2026-12-25T10:30:00Z',
  answeredBecause: 'It could have waited',
};
const REFUSED: Permissions['ratify'] = {
  allowed: false,
  why: 'As the server says it',
  kind: 'own-emergency',
  who: [],
};

describe('the page of a request that was launched in an emergency', () => {
  it.each([
    ['en', OWED, ['Jean launched it alone', 'Nobody has answered for it yet.']],
    ['fr', OWED, ['Jean a lancé cela', 'Personne n’en a encore répondu.']],
    ['en', LATE, ['Nobody has answered for it in time.']],
    ['fr', LATE, ['Personne n’en a répondu à temps.']],
    ['en', ANSWERED, ['Refuted by Alice', 'It could have waited']],
    ['fr', ANSWERED, ['Désavouée par Alice', 'It could have waited']],
  ] as const)('says who did, why, and who answered (%s)', (language, declared, said) => {
    const nameOf = (email: string) => (email.startsWith('jean') ? 'Jean' : 'Alice');
    const { container } = show(<EmergencySection declared={declared} ratify={REFUSED} nameOf={nameOf} />, {
      language,
    });
    expect(container).toHaveTextContent('Payments are down since nine');
    for (const each of said) expect(container).toHaveTextContent(each);
  });
});
