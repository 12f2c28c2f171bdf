import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { Outlet, Route, Routes } from 'react-router';
import { KEYS } from '@/hooks/useRequests';
import { show } from '@/test/render';
import { permissions } from '@/test/votes';
import { useNames } from './useNames';

const ID = 'PR-2026-0003';
const ME = { name: 'Jean Dupont', email: 'jean.dupont@cab-i.com' };
const EMMA = { name: 'Emma Leroy', email: 'emma.leroy@cab-i.com' };
const KNOWN = [
  [['people'], [{ name: 'Claire Moreau', email: 'claire.moreau@cab-i.com' }]],
  [[...KEYS.ticket(ID), 'permissions'], permissions({ deciders: [EMMA] })],
] as const;

function Named({ email }: { email: string }) {
  return <p>{useNames(ID)(email)}</p>;
}

describe('the names on a request’s page', () => {
  it.each([
    [ME.email, ME.name],
    [EMMA.email, EMMA.name],
    // She wrote no commit, and may not decide any more: somebody did for her.
    ['claire.moreau@cab-i.com', 'Claire Moreau'],
    ['gone@cab-i.com', 'gone@cab-i.com'],
    ['system', 'Prodgate'],
  ])('are those of commits, rights and the directory (%s)', (email, name) => {
    show(
      <Routes>
        <Route element={<Outlet context={ME} />}>
          <Route index element={<Named email={email} />} />
        </Route>
      </Routes>,
      { known: KNOWN },
    );
    expect(screen.getByText(name)).toBeInTheDocument();
  });
});
