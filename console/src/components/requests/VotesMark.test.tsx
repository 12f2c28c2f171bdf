import { describe, expect, it } from 'vitest';
import { show } from '@/test/render';
import { after, ticket } from '@/test/tickets';
import { VotesMark } from './VotesMark';

const VOTED = after('pending', { action: 'endorsed' });

describe('a row', () => {
  it.each([
    ['en', false, '1 vote given'],
    ['en', true, 'You voted'],
    ['fr', false, '1 voix donnée'],
    ['fr', true, 'Vous avez voté'],
  ] as const)('tells how many have voted (%s, own: %s)', (language, mine, said) => {
    const { container } = show(<VotesMark ticket={VOTED} mine={mine} />, { language });
    expect(container).toHaveTextContent(said);
  });

  it.each([
    ['en', false, 'needs 1 of 2 votes'],
    ['en', true, 'You voted, needs 1 of 2 votes'],
    ['fr', false, 'manque 1 voix sur 2'],
    ['fr', true, 'Vous avez voté, manque 1 voix sur 2'],
  ] as const)('tells how many are missing, once that is known (%s, own: %s)', (language, mine, said) => {
    const votes = { needed: 2, missing: 1 };
    const { container } = show(<VotesMark ticket={VOTED} votes={votes} mine={mine} />, { language });
    expect(container).toHaveTextContent(said);
  });

  it.each([
    ['tells so before anybody has voted', ticket(), 'needs 2 of 2 votes'],
    ['tells it no more once it is decided', ticket('approved'), ''],
  ] as const)('%s', (_, shown, said) => {
    const { container } = show(<VotesMark ticket={shown} votes={{ needed: 2, missing: 2 }} mine={false} />);
    expect(container.querySelector('[data-mark]')?.textContent ?? '').toBe(said);
  });

  it('tells nothing where one approval is enough', () => {
    const { container } = show(<VotesMark ticket={ticket()} mine={false} />);
    expect(container.querySelector('[data-mark]')).toBeNull();
  });
});
