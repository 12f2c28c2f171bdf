import { Outlet, Route, Routes } from 'react-router';
import { describe, expect, it } from 'vitest';
import type { Checked, Standard } from '@/api/types';
import type { Language } from '@/i18n/format';
import { show } from '@/test/render';
import { ApprovalNeeded } from './ApprovalNeeded';

const ALICE = { name: 'Alice Admin', email: 'alice.admin@cab-i.com' };
const STANDARD: Standard = {
  rule: 'everyday',
  approves: true,
  facts: [
    {
      kind: 'standard-approves',
      params: {
        rule: 'everyday',
        impact: 'low',
        step: 'patch',
        before: '2.0.1',
        count: '2',
        tickets: 'PR-2026-0007, PR-2026-0008',
      },
    },
  ],
  missing: [],
};
const FAILED: Standard = {
  ...STANDARD,
  approves: false,
  missing: [{ kind: 'standard-count', params: { count: '0', days: '90', wanted: '2' } }],
};

function shown(standard: Standard | null, language: Language = 'en') {
  const checked = { standard, votes: null, approvers: [ALICE] } as unknown as Checked;
  return show(
    <Routes>
      <Route element={<Outlet context={{ email: 'pierre.durand@cab-i.com' }} />}>
        <Route index element={<ApprovalNeeded checked={checked} />} />
      </Route>
    </Routes>,
    { language },
  ).container;
}

describe('before it is sent', () => {
  it.each([
    ['en', 'No approval will be needed', 'Steppatch from 2.0.1'],
    ['fr', 'Aucune approbation ne sera nécessaire', 'Évolutioncorrective depuis 2.0.1'],
  ] as const)('says that nobody has to approve, by which rule and for what (%s)', (language, said, step) => {
    const container = shown(STANDARD, language);
    expect(container).toHaveTextContent(said);
    expect(container).toHaveTextContent('everyday');
    expect(container).toHaveTextContent(step);
    expect(container.querySelectorAll('a')).toHaveLength(2);
    expect(container).not.toHaveTextContent('Alice Admin');
  });

  it.each([
    ['en', 'The target has 0 clean deployments within 90 days, and 2 are needed.'],
    ['fr', 'La cible compte 0 déploiements sans incident en 90 jours, il en faut 2.'],
  ] as const)('says who decides, and why the rule does not approve (%s)', (language, said) => {
    const container = shown(FAILED, language);
    expect(container).toHaveTextContent('Alice Admin');
    expect(container).toHaveTextContent(said);
  });

  it('says nothing of rules where none says what is standard', () => {
    expect(shown(null)).not.toHaveTextContent('tandard');
  });
});
