import { describe, expect, it } from 'vitest';
import type { Standard } from '@/api/types';
import { show } from '@/test/render';
import { StandardSection } from './StandardSection';

const APPROVED: Standard = { rule: 'everyday', approves: true, facts: [], missing: [] };
const LAPSED: Standard = {
  ...APPROVED,
  approves: false,
  missing: [{ kind: 'standard-no-more' }, { kind: 'approve-anew' }],
};
const NEVER: Standard = { ...APPROVED, approves: false, missing: [{ kind: 'standard-breaking' }] };

describe('the page of a request', () => {
  it.each([
    ['en', APPROVED, 'A rule of the company approved it; nobody had to.'],
    ['fr', APPROVED, 'Une règle de l’entreprise l’a approuvé'],
    ['en', LAPSED, 'That no longer holds: people decide.No rule approves it any more.'],
    ['fr', LAPSED, 'Elle ne vaut plus : des personnes décident.Plus aucune règle ne l’approuve.'],
    ['en', NEVER, 'Not a standard change, so people decideIts contract breaks who calls it.'],
    ['fr', NEVER, 'des personnes décidentSon contrat rompt la compatibilité pour ses appelants.'],
  ] as const)('says who approved, or why people decide (%s)', (language, standard, said) => {
    const { container } = show(<StandardSection standard={standard} />, { language });
    expect(container).toHaveTextContent(said);
    expect(container).toHaveTextContent('everyday');
  });
});
