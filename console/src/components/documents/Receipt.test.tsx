import { fireEvent, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import { ApiProblem } from '@/api/problem';
import { after, ticket } from '@/test/tickets';
import { show } from '@/test/render';
import { Receipt } from './Receipt';

const right = (everywhere: boolean) => ({ permission: 'audit', everywhere, tenants: ['tenant-finance'] });
const known = (everywhere = true) => [[['me'], { rights: [right(everywhere)] }]] as const;
const OVER = after('deployed', { action: 'deployed', by: 'system' });

afterEach(() => vi.restoreAllMocks());

describe('the receipt on the page of a request', () => {
  it('is offered to who may see it, of what is over', () => {
    const button = () => screen.queryByRole('button', { name: 'Save the receipt' });
    const { unmount } = show(<Receipt ticket={OVER} />, { known: known() });
    expect(button()).toBeInTheDocument();
    unmount();
    show(<Receipt ticket={OVER} />, { known: known(false) });
    for (const state of ['pending', 'approved', 'failed'] as const)
      show(<Receipt ticket={ticket(state)} />, { known: known() });
    expect(button()).not.toBeInTheDocument();
  });

  it.each([
    ['en', 'Save the receipt', 'No checkpoint holds the end of this request yet.', 'The next one is due: '],
    [
      'fr',
      'Enregistrer le reçu',
      'Aucun point de contrôle ne couvre encore la fin',
      'Le prochain est prévu : ',
    ],
  ] as const)('says when there will be one (%s)', async (language, button, why, due) => {
    const said = { type: 'urn:prodgate:problem:no-checkpoint-yet', params: { due: '2026-12-23T11:00:00Z' } };
    vi.spyOn(api, 'GET').mockRejectedValue(new ApiProblem(409, said));
    show(<Receipt ticket={OVER} />, { known: known(), language });
    fireEvent.click(screen.getByRole('button', { name: button }));
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent(why);
    expect(alert).toHaveTextContent(due);
  });
});
