import { describe, expect, it } from 'vitest';
import { after } from '@/test/tickets';
import { cpi, security, votes } from '@/test/votes';
import { hasVoted, restOf, votesOn } from './votes';

const [JEAN, ALICE] = ['jean.dupont@cab-i.com', 'alice.admin@cab-i.com'];

describe('what is missing after the reader’s vote', () => {
  it('is nothing where it is the last one, or where one approval is enough', () => {
    expect(restOf(votes({ missing: [cpi(1)] }))).toBeUndefined();
    expect(restOf(null)).toBeUndefined();
  });

  it('is said of one kind of people', () => {
    expect(restOf(votes({ missing: [cpi(3)] }))).toEqual({ count: 2, need: cpi(2) });
  });

  it('is a number alone where the vote may fill either place', () => {
    expect(restOf(votes({ missing: [cpi(1), security(1)] }))).toEqual({ count: 1, need: undefined });
  });
});

describe('the votes on a request', () => {
  it('are those that were not taken back', () => {
    const ticket = after('pending', { action: 'endorsed' }, { action: 'endorsed', by: ALICE });
    expect(votesOn(ticket).map(({ by }) => by)).toEqual([JEAN, ALICE]);
    const { history } = ticket.status;
    const back = { ...ticket, status: { ...ticket.status, history: [...history] } };
    back.status.history.push({ action: 'unendorsed', at: '2026-12-24T11:00:00Z', by: JEAN });
    expect(votesOn(back).map(({ by }) => by)).toEqual([ALICE]);
    expect([hasVoted(back, JEAN), hasVoted(back, ALICE)]).toEqual([false, true]);
  });

  it('are none from before its approval lapsed, and none once it is decided', () => {
    expect(votesOn(after('pending', { action: 'endorsed' }, { action: 'lapsed', by: 'system' }))).toEqual([]);
    expect(votesOn(after('rejected', { action: 'endorsed' }, { action: 'rejected' }))).toEqual([]);
  });
});
