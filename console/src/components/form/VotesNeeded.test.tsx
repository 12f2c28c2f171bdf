import { describe, expect, it } from 'vitest';
import { Outlet, Route, Routes } from 'react-router';
import type { Checked } from '@/api/types';
import type { Language } from '@/i18n/format';
import { show } from '@/test/render';
import { cpi, votes } from '@/test/votes';
import { VotesNeeded } from './VotesNeeded';

const ALICE = { name: 'Alice Admin', email: 'alice.admin@cab-i.com' };
const JEAN = { name: 'Jean Dupont', email: 'jean.dupont@cab-i.com' };

function shown(said: Pick<Checked, 'votes' | 'approvers'>, language: Language = 'en') {
  return show(
    <Routes>
      <Route element={<Outlet context={{ email: 'pierre.durand@cab-i.com' }} />}>
        <Route index element={<VotesNeeded checked={said as Checked} />} />
      </Route>
    </Routes>,
    { language },
  ).container;
}

describe('before it is sent', () => {
  it('tells how many have to approve by which rule, and who could', () => {
    const needs = votes({ given: [], missing: [cpi(2)], asked: [JEAN, ALICE] });
    const container = shown({ votes: needs, approvers: [JEAN, ALICE] });
    expect(container).toHaveTextContent('Needs 2 tenant administrators (CPI)');
    expect(container).toHaveTextContent('By the company’s rule critical');
    expect(container).toHaveTextContent('Alice Admin');
  });

  it('tells it in French', () => {
    const needs = votes({ missing: [cpi(2)] });
    expect(shown({ votes: needs, approvers: [ALICE] }, 'fr')).toHaveTextContent(
      'Il faut 2 administrateurs du tenant (CPI)',
    );
  });

  it('tells who could approve, where one is enough', () => {
    const container = shown({ votes: null, approvers: [ALICE] });
    expect(container).toHaveTextContent('Alice Admin');
    expect(container).not.toHaveTextContent('Needs');
  });

  it('names whose vote somebody would give, in both languages', () => {
    const approvers = [JEAN, { ...ALICE, onBehalfOf: JEAN }];
    expect(shown({ votes: null, approvers })).toHaveTextContent('Alice Admin for Jean Dupont');
    expect(shown({ votes: null, approvers }, 'fr')).toHaveTextContent('Alice Admin pour Jean Dupont');
  });
});
