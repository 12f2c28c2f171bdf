import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import type { Permissions } from '@/api/types';
import { show } from '@/test/render';
import { after, ticket } from '@/test/tickets';
import { cpi, votes } from '@/test/votes';
import { ApprovalActions } from './ApprovalActions';

const YES = { allowed: true, why: null, who: [] };
const no = (kind: 'self-approval' | 'not-authorized' | 'no-vote' | 'vote-not-needed') => ({
  allowed: false,
  why: 'As the server says it',
  kind,
  who: [],
});
const ALL: Permissions = {
  approve: YES,
  reject: YES,
  cancel: YES,
  retry: YES,
  hold: YES,
  release: YES,
  unendorse: no('no-vote'),
  emergency: no('not-authorized'),
  ratify: no('not-authorized'),
  refute: no('not-authorized'),
  deciders: [],
  escalation: [],
  onBehalfOf: [],
};

describe('the decisions', () => {
  it('are asked about when they are pressed', async () => {
    const ask = vi.fn();
    show(<ApprovalActions ticket={ticket()} permissions={ALL} ask={ask} />);
    await userEvent.click(screen.getByRole('button', { name: 'Approve' }));
    expect(ask).toHaveBeenCalledExactlyOnceWith('approve');
  });

  it('that are not allowed do nothing, can be reached, and say why', async () => {
    const ask = vi.fn();
    const permissions = { ...ALL, approve: no('self-approval') };
    show(<ApprovalActions ticket={ticket()} permissions={permissions} ask={ask} />);
    const button = screen.getByRole('button', { name: 'Approve' });
    button.focus();
    await userEvent.keyboard('{Enter}');
    await userEvent.click(button);
    expect(ask).not.toHaveBeenCalled();
    expect(button).toHaveFocus();
    expect(button).toHaveAccessibleDescription(/can’t approve your own request/);
  });

  it('that are refused for one reason say it once', () => {
    const permissions = { ...ALL, approve: no('not-authorized'), reject: no('not-authorized') };
    show(<ApprovalActions ticket={ticket()} permissions={permissions} ask={vi.fn()} />);
    expect(screen.getByText(/Your roles don’t allow this/)).toHaveTextContent('Approve, Reject:');
  });

  it('give the reason in French', () => {
    const permissions = { ...ALL, approve: no('self-approval') };
    show(<ApprovalActions ticket={ticket()} permissions={permissions} ask={vi.fn()} />, { language: 'fr' });
    expect(screen.getByText(/Vous ne pouvez pas approuver votre propre demande/)).toBeInTheDocument();
  });

  it('are those that the state has room for', () => {
    show(<ApprovalActions ticket={ticket('failed')} permissions={ALL} ask={vi.fn()} />);
    expect(screen.getAllByRole('button').map((each) => each.textContent)).toEqual(['Deploy again']);
  });

  it.each([
    [
      'to hold it or withdraw it, once it is approved',
      after('approved', { action: 'approved' }),
      ['Hold', 'Withdraw'],
    ],
    [
      'to release it or withdraw it, while it is held',
      after('approved', { action: 'held' }),
      ['Release', 'Withdraw'],
    ],
    [
      'to hold it again, once it is released',
      after('approved', { action: 'released' }),
      ['Hold', 'Withdraw'],
    ],
  ])('are %s', (_, held, names) => {
    show(<ApprovalActions ticket={held} permissions={ALL} ask={vi.fn()} />);
    expect(screen.getAllByRole('button').map((each) => each.textContent)).toEqual(names);
  });

  it('to hold and release are no buttons of those who may not', () => {
    const permissions = { ...ALL, hold: no('not-authorized'), release: no('not-authorized') };
    show(
      <ApprovalActions
        ticket={after('approved', { action: 'held' })}
        permissions={permissions}
        ask={vi.fn()}
      />,
    );
    expect(screen.getAllByRole('button').map((each) => each.textContent)).toEqual(['Withdraw']);
  });

  it.each([
    ['en', 'Vote to approve', 'Still missing after yours: 1 tenant administrator (CPI).'],
    ['fr', 'Voter pour', 'Il manquera après la vôtre : 1 administrateur du tenant (CPI).'],
  ] as const)('say that an approval is one vote of several (%s)', (language, name, rest) => {
    const permissions = { ...ALL, votes: votes({ given: [], missing: [cpi(2)] }) };
    show(<ApprovalActions ticket={ticket()} permissions={permissions} ask={vi.fn()} />, { language });
    expect(screen.getByRole('button', { name })).toHaveAccessibleDescription(new RegExp(rest.slice(0, 20)));
    expect(screen.getByText(new RegExp(rest.replaceAll(/[().]/g, '.')))).toBeInTheDocument();
  });

  it('say that the vote is the last one that is missing', () => {
    show(<ApprovalActions ticket={ticket()} permissions={{ ...ALL, votes: votes() }} ask={vi.fn()} />);
    expect(screen.getByRole('button', { name: 'Approve' })).toHaveAccessibleDescription(
      'Yours is the last vote that is missing.',
    );
  });

  it('are to take the vote back and no second one, once the reader has voted', async () => {
    const ask = vi.fn();
    const permissions = { ...ALL, approve: no('vote-not-needed'), unendorse: YES, votes: votes() };
    show(<ApprovalActions ticket={ticket()} permissions={permissions} ask={ask} />);
    const names = screen.getAllByRole('button').map((each) => each.textContent);
    expect(names).toEqual(['Take your vote back', 'Reject', 'Withdraw']);
    await userEvent.click(screen.getByRole('button', { name: 'Take your vote back' }));
    expect(ask).toHaveBeenCalledExactlyOnceWith('unendorse');
  });

  it('are none once it is over', () => {
    show(<ApprovalActions ticket={ticket('deployed')} permissions={ALL} ask={vi.fn()} />);
    expect(screen.queryByRole('button')).toBeNull();
  });
});
