import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { KEYS } from '@/hooks/useRequests';
import { show } from '@/test/render';
import { NotProven } from './NotProven';

const ID = 'PR-2026-0003';
const COMMIT = 'cb9a5c72bc0f6f1d2a3b4c5d6e7f8091a2b3c4d5';
const known = (notProven: unknown) => [[[...KEYS.ticket(ID), 'permissions'], { notProven }]] as const;

describe('a request that is not proven as the repository has it', () => {
  it.each([
    ['en', /The commit cb9a5c72bc changed its file without proof/],
    ['fr', /Le commit cb9a5c72bc a changé son fichier sans preuve/],
  ] as const)('names the commit, and the command that mends it (%s)', (language, said) => {
    show(<NotProven id={ID} />, { language, known: known({ commit: COMMIT }) });
    expect(screen.getByText(said)).toBeInTheDocument();
    expect(screen.getByText('prodgate repair cb9a5c72bc')).toBeInTheDocument();
  });

  it('says so where nobody knows which commit it was', () => {
    show(<NotProven id={ID} />, { known: known({ commit: null }) });
    expect(screen.getByText(/^A commit changed its file without proof/)).toBeInTheDocument();
    expect(screen.getByText('prodgate repair COMMIT')).toBeInTheDocument();
  });

  it('says nothing where all is proven', () => {
    show(<NotProven id={ID} />, { known: known(null) });
    expect(screen.queryByText(/prodgate repair/)).not.toBeInTheDocument();
  });
});
