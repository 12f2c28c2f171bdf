import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { Route, Routes, Outlet } from 'react-router';
import { show } from '@/test/render';
import { ticket } from '@/test/tickets';
import { cpi, security, votes } from '@/test/votes';
import type { Language } from '@/i18n/format';
import type { Votes } from '@/api/votes';
import { VotesSection } from './Votes';

const ALICE = { name: 'Alice Admin', email: 'alice.admin@cab-i.com' };

function shown(said: Votes, about = ticket(), language: Language = 'en') {
  const section = <VotesSection ticket={about} votes={said} nameOf={() => 'Jean Dupont'} />;
  return show(
    <Routes>
      <Route element={<Outlet context={ALICE} />}>
        <Route index element={section} />
      </Route>
    </Routes>,
    { language },
  );
}

const items = () => screen.getAllByRole('listitem').map((each) => each.textContent);

describe('the votes on a request', () => {
  it('are counted, with each need, whoever voted and whoever is asked', () => {
    shown(votes({ needs: [cpi(2), security(1)], missing: [cpi(1)] }));
    const section = screen.getByRole('region', { name: 'Votes' });
    expect(section).toHaveTextContent('2 of 3 votes');
    expect(section).toHaveTextContent('By the company’s rule critical');
    const [first, second, given, asked] = items();
    expect(first).toBe('2 tenant administrators (CPI)1 missing');
    expect(second).toBe('1 member of “security”complete');
    expect(given).toMatch(/^Jean Dupont.*24 Dec 2026.*Read the plan$/);
    expect(asked).toMatch(/^Alice Admin \(you\)/);
    expect(
      within(section)
        .getAllByRole('heading')
        .map((each) => each.textContent),
    ).toEqual(['Votes', 'Needed', 'Voted', 'Who can still vote']);
  });

  it('are said in French', () => {
    shown(votes({ given: [], missing: [cpi(2)] }), ticket(), 'fr');
    const section = screen.getByRole('region', { name: 'Voix' });
    expect(section).toHaveTextContent('0 voix sur 2');
    expect(section).toHaveTextContent('2 administrateurs du tenant (CPI)il en manque 2');
    expect(section).toHaveTextContent('Personne pour l’instant');
  });

  it('say that nobody can give the missing one', () => {
    shown(votes({ asked: [] }));
    expect(screen.getByText(/Nobody can approve it as things are/)).toBeInTheDocument();
  });

  it('name the need that nobody is left to fill, in both languages', () => {
    const said = votes({ needs: [cpi(3)], missing: [cpi(2)], unfillable: [cpi(1)] });
    const { unmount } = shown(said);
    expect(screen.getByText('nobody is left who could fill it')).toBeInTheDocument();
    unmount();
    shown({ ...said, unfillable: [cpi(2)] }, ticket(), 'fr');
    expect(screen.getByText('il ne reste personne pour en donner 2')).toBeInTheDocument();
  });

  it('are those who gave them, once it is decided', () => {
    const [one] = votes().given;
    const given = [...votes().given, ...(one ? [{ ...one, by: ALICE.email, comment: null }] : [])];
    shown(votes({ given, missing: [], asked: [] }), ticket('deployed'));
    expect(items()).toHaveLength(2);
    expect(screen.queryByText('Who can still vote')).toBeNull();
    expect(screen.queryByText(/of 2 votes/)).toBeNull();
  });

  it('are nothing to be said of, where one person approved', () => {
    const { container } = shown(votes({ missing: [cpi(1)] }), ticket('deployed'));
    expect(container).not.toHaveTextContent('Votes');
  });
});
