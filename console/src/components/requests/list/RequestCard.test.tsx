import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Closed } from '@/api/types';
import type { Language } from '@/i18n/format';
import { show } from '@/test/render';
import { ticket } from '@/test/tickets';
import { RequestCard } from './RequestCard';

const HOUR_MS = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();

function row(closed: Closed | undefined, language: Language = 'en') {
  return show(
    <ul>
      <RequestCard
        ticket={ticket('approved')}
        tenant="Finance"
        compared={undefined}
        ruled={closed && { ticketId: 'PR-2026-0003', closed, votes: null }}
        choice={undefined}
        nameOf={() => 'Pierre Durand'}
        onApprove={undefined}
        onSelect={() => undefined}
      />
    </ul>,
    { language },
  );
}

describe('a row of what nothing is launched of', () => {
  it.each([
    [
      'en',
      { reason: 'The books are closed', until: inHours(20) },
      /frozen until [A-Z][a-z]{2}, \d{2}:\d{2} UTC$/,
    ],
    [
      'fr',
      { reason: 'The books are closed', until: inHours(20) },
      /gelée jusqu’au [a-z]{3}\. \d{2}:\d{2} UTC$/,
    ],
    [
      'en',
      { reason: 'The books are closed', until: inHours(24 * 30) },
      /frozen until \d+ [A-Z][a-z]+, \d{2}:\d{2} UTC$/,
    ],
    ['en', { reason: 'The books are closed', until: null }, /frozen$/],
    ['en', { reason: null, until: inHours(20) }, /no window until [A-Z][a-z]{2}, \d{2}:\d{2} UTC$/],
    ['fr', { reason: null, until: inHours(20) }, /pas de créneau avant le [a-z]{3}\. \d{2}:\d{2} UTC$/],
    ['fr', { reason: null, until: null }, /aucun créneau$/],
  ] as const)('says until when, and its link does (%s, %o)', (language, closed, said) => {
    row({ rule: 'year-end', ...closed }, language);
    expect(screen.getByRole('link')).toHaveAccessibleName(said);
    expect(screen.getByTitle(/year-end/)).toBeInTheDocument();
  });

  it('says nothing of what may be launched', () => {
    const { container } = row(undefined);
    expect(container.querySelector('[data-mark=closed]')).toBeNull();
  });
});
