import { describe, expect, it } from 'vitest';
import { ticket } from '@/test/tickets';
import { withTicket } from './useRequests';

const list = {
  pages: [
    { items: [ticket('pending', 'PR-2026-0002')], total: 2, next: 'more' },
    { items: [ticket('pending', 'PR-2026-0001')], total: 2, next: undefined },
  ],
  pageParams: [undefined, 'more'],
};

describe('a changed ticket', () => {
  it('takes its old place, on whatever page', () => {
    const changed = withTicket(list, ticket('approved', 'PR-2026-0001'));
    expect(changed.pages.map((page) => page.items.map((each) => each.status.state))).toEqual([
      ['pending'],
      ['approved'],
    ]);
  });

  it('leaves lists alone that do not show it', () => {
    expect(withTicket(list, ticket('approved', 'PR-2026-0009'))).toBe(list);
  });
});
