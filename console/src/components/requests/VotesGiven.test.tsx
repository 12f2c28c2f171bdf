import { describe, expect, it } from 'vitest';
import { show } from '@/test/render';
import { after, ticket } from '@/test/tickets';
import { VotesGiven } from './VotesGiven';

const VOTED = after('pending', { action: 'endorsed' });

describe('a row', () => {
  it.each([
    ['en', false, '1 vote given'],
    ['en', true, 'You voted'],
    ['fr', false, '1 voix donnée'],
    ['fr', true, 'Vous avez voté'],
  ] as const)('tells how many have voted (%s, own: %s)', (language, mine, said) => {
    const { container } = show(<VotesGiven ticket={VOTED} mine={mine} />, { language });
    expect(container).toHaveTextContent(said);
  });

  it('tells nothing where nobody has', () => {
    const { container } = show(<VotesGiven ticket={ticket()} mine={false} />);
    expect(container.querySelector('[data-mark]')).toBeNull();
  });
});
