import { describe, expect, it } from 'vitest';
import { after } from '@/test/tickets';
import { emergencyOf, owesAnswer, room } from './lifecycle';
import type { Ticket } from './types';

const DECLARED = { action: 'approved', emergency: true, answerBy: '2026-12-27T10:30:00Z' } as const;

/** A request whose approval still counts. */
function approved(ticket: Ticket): Ticket {
  return { ...ticket, status: { ...ticket.status, approvedAt: '2026-12-24T10:30:00Z' } };
}

describe('an emergency', () => {
  it('has room for an answer once it was launched and has ended', () => {
    const ticket = approved(after('deployed', DECLARED, { action: 'deploying' }, { action: 'deployed' }));
    expect(emergencyOf(ticket)?.answerBy).toBe(DECLARED.answerBy);
    expect(owesAnswer(ticket)).toBe(true);
    expect(room(ticket)).toEqual(['ratify', 'refute']);
  });

  it('has room for a retry until it was answered for', () => {
    const steps = [DECLARED, { action: 'deploying' }, { action: 'failed' }] as const;
    expect(room(approved(after('failed', ...steps)))).toEqual(['retry', 'ratify', 'refute']);
    expect(room(approved(after('failed', ...steps, { action: 'refuted' })))).toEqual([]);
  });

  it('owes nothing before its launch, and a usual approval never does', () => {
    expect(owesAnswer(approved(after('approved', DECLARED)))).toBe(false);
    const usual = approved(after('deployed', { action: 'approved' }, { action: 'deploying' }));
    expect([emergencyOf(usual), room(usual)]).toEqual([undefined, []]);
  });
});
