import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { HistoryEntry } from '@/api/types';
import { show } from '@/test/render';
import { ticket } from '@/test/tickets';
import { Ended } from './Ended';

const nameOf = () => 'Jean Dupont';

function ended(state: 'rejected' | 'failed' | 'deployed', last: Partial<HistoryEntry>) {
  const { status, ...rest } = ticket(state);
  const entry = { action: state, at: '2026-12-24T10:30:00Z', by: 'jean.dupont@cab-i.com', ...last };
  return { ...rest, status: { ...status, history: [...status.history, entry] } };
}

describe('how a request ended', () => {
  it('says who rejected it, and why', () => {
    show(
      <Ended ticket={ended('rejected', { reason: 'The database plan is missing' })} nameOf={nameOf} mayAsk />,
    );
    expect(screen.getByText('Rejected by Jean Dupont')).toBeInTheDocument();
    expect(screen.getByText('The database plan is missing')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Ask again' })).toHaveAttribute(
      'href',
      '/requests/new?again=PR-2026-0003',
    );
  });

  it('shows of a long output what went wrong, and not how many tasks there were', () => {
    const output = [
      'TASK [Prepare]',
      'ok',
      'TASK [Deploy]',
      'fatal: no route',
      '',
      'PLAY RECAP ***',
      'failed=1',
    ];
    const error = ['The job failed.', '', ...output].join('\n');
    show(
      <Ended
        ticket={ended('failed', { error, comment: 'AWX ran it for two seconds' })}
        nameOf={nameOf}
        mayAsk
      />,
      { language: 'fr' },
    );
    expect(screen.getByText(/The job failed/).textContent).toBe(
      'The job failed.\nTASK [Deploy]\nfatal: no route',
    );
    expect(screen.getByText('Le déploiement a échoué')).toBeInTheDocument();
  });

  it('is no matter where it got to production', () => {
    const { container } = show(<Ended ticket={ended('deployed', {})} nameOf={nameOf} mayAsk />);
    expect(container).not.toHaveTextContent('Jean Dupont');
  });
});
