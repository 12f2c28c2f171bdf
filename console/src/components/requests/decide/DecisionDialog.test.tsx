import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Decision, Ticket } from '@/api/types';
import { KEYS } from '@/hooks/useRequests';
import { show } from '@/test/render';
import { after, ticket } from '@/test/tickets';
import { cpi, permissions, votes } from '@/test/votes';
import { DecisionDialog } from './DecisionDialog';

const ID = 'PR-2026-0003';
const DIFFERENCE = [...KEYS.comparisons, ID];
const difference = (production: string | null) => ({
  ticketId: ID,
  version: '2.1.0',
  releaseNotes: '',
  inProduction: production && { ticketId: null, version: production, releaseNotes: null, deployedAt: null },
  direction: production ? 'newer' : 'first',
  others: [],
});

function open(
  decision: Decision,
  about: Ticket = ticket(),
  production: string | null = '2.0.0',
  may = permissions(),
) {
  const known = [
    [[...KEYS.ticket(ID), 'permissions'], may],
    [[...KEYS.ticket(ID), 'history'], []],
    [DIFFERENCE, difference(production)],
  ] as const;
  const onClose = vi.fn();
  return show(
    <DecisionDialog
      decision={decision}
      ticket={about}
      etag={undefined}
      nameOf={(by) => by}
      onClose={onClose}
    />,
    { known },
  );
}

beforeEach(() => {
  sessionStorage.clear();
  // What the browser has and its stand-in has not.
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = vi.fn();
});

describe('the dialog for a decision', () => {
  it('shows whoever approves what is in production', () => {
    open('approve');
    expect(screen.getByRole('dialog')).toHaveTextContent(/2\.0\.0\s*is replaced by\s*2\.1\.0/);
  });

  it('lets nobody approve before they looked again, where production changed meanwhile', async () => {
    const { client } = open('approve');
    const comment = screen.getByRole('textbox');
    await userEvent.type(comment, 'Looked at it with the team');
    act(() => {
      client.setQueryData(DIFFERENCE, difference('2.0.9'));
    });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'You were shown 2.0.0; 2.0.9 is in production now.',
    );
    const approve = screen.getByRole('button', { name: 'Approve' });
    expect(approve).toHaveAttribute('aria-disabled', 'true');
    expect(approve).toHaveAccessibleDescription(/2\.0\.9 is in production now/);
    await userEvent.click(screen.getByRole('button', { name: 'I have looked again' }));
    expect(screen.queryByRole('alert')).toBeNull();
    expect(approve).not.toHaveAttribute('aria-disabled');
    expect(comment).toHaveValue('Looked at it with the team');
    expect(comment).toHaveFocus();
  });

  it('says so too where there was nothing before', async () => {
    const { client } = open('approve', ticket(), null);
    act(() => {
      client.setQueryData(DIFFERENCE, difference('1.0.0'));
    });
    expect(await screen.findByRole('alert')).toHaveTextContent('You were shown that nothing is there');
  });

  it('says that an approval is a vote, and what is missing after it', () => {
    open('approve', ticket(), '2.0.0', permissions({ votes: votes({ given: [], missing: [cpi(2)] }) }));
    const dialog = screen.getByRole('dialog', { name: 'Vote to approve payment-api 2.1.0?' });
    expect(dialog).toHaveTextContent('Still missing after yours: 1 tenant administrator (CPI)');
    expect(screen.getByRole('button', { name: 'Vote' })).toBeInTheDocument();
  });

  it('asks once more before a vote is taken back', () => {
    open('unendorse', after('pending', { action: 'endorsed' }));
    expect(
      screen.getByRole('dialog', { name: 'Take your vote for payment-api 2.1.0 back?' }),
    ).toHaveTextContent('you can vote again');
    expect(screen.getByRole('button', { name: 'Take it back' })).toBeInTheDocument();
  });

  it.each([
    ['hold', after('approved', { action: 'approved' }), 'Hold it'],
    ['release', after('approved', { action: 'held' }), 'Release it'],
  ] as const)('asks for the reason to %s it', async (decision, about, confirm) => {
    open(decision, about);
    await userEvent.click(screen.getByRole('button', { name: confirm }));
    expect(screen.getByRole('textbox')).toHaveAccessibleDescription(/At least 10 characters/);
    expect(screen.getByRole('textbox')).toBeInvalid();
  });

  it('tells that the approval lapsed to whoever wanted to hold it', () => {
    open(
      'hold',
      after('pending', { action: 'approved' }, { action: 'lapsed', by: 'system', reason: 'Too old' }),
    );
    expect(screen.getByRole('alert')).toHaveTextContent('Approval lapsed by system');
  });
});
