import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Taken } from '@/api/decide';
import { ticket } from '@/test/tickets';
import { DelayedDecisions } from './delayed';

const said = (id: string) => ({ id, decision: 'approve', text: '' }) as const;
const taken: Taken = { ticket: ticket('approved'), recorded: true };

describe('an approval by one key', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is sent once, after the time in which it can be taken back', async () => {
    const send = vi.fn(() => Promise.resolve(taken));
    const heard = vi.fn();
    const decisions = new DelayedDecisions(send, 5_000);
    decisions.onTaken(heard);
    decisions.add(said('PR-1'), 'api 1');
    decisions.add(said('PR-1'), 'api 1');
    await vi.advanceTimersByTimeAsync(4_999);
    expect(send).not.toHaveBeenCalled();
    expect(decisions.read()[0]?.stage).toBe('waiting');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(send).toHaveBeenCalledExactlyOnceWith(said('PR-1'));
    expect(heard).toHaveBeenCalledExactlyOnceWith(taken);
    expect(decisions.read()).toEqual([]);
  });

  it('is never sent where it was taken back, the last one first', async () => {
    const send = vi.fn(() => Promise.resolve(taken));
    const decisions = new DelayedDecisions(send, 5_000);
    ['PR-1', 'PR-2', 'PR-3'].forEach((id) => decisions.add(said(id), id));
    expect(decisions.undo('PR-1')?.said.id).toBe('PR-1');
    expect(decisions.undo()?.said.id).toBe('PR-3');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(send).toHaveBeenCalledExactlyOnceWith(said('PR-2'));
    expect(decisions.undo()).toBeUndefined();
  });

  it('is sent at once, and once, by who leaves', async () => {
    const send = vi.fn(() => Promise.resolve(taken));
    const decisions = new DelayedDecisions(send, 5_000);
    decisions.add(said('PR-1'), 'api 1');
    expect(decisions.flush()).toBe(true);
    expect(decisions.flush()).toBe(true);
    expect(decisions.undo('PR-1')).toBeUndefined();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(send).toHaveBeenCalledOnce();
    expect(decisions.flush()).toBe(false);
  });

  it('is sent by whoever decided, and by nobody who is signed in after them', async () => {
    const send = vi.fn(() => Promise.resolve(taken));
    const listeners = new Set<() => void>();
    const session = {
      subject: 'jean',
      next: 'jean',
      subscribe: (listener: () => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      token: () => Promise.resolve((session.subject = session.next)),
    };
    const decisions = new DelayedDecisions(send, 5_000, session);
    decisions.add(said('PR-1'), 'api 1');
    session.next = 'claire';
    await vi.advanceTimersByTimeAsync(20_000);
    expect(send).not.toHaveBeenCalled();
    expect(decisions.read()).toEqual([]);
    decisions.add(said('PR-2'), 'api 2');
    session.subject = session.next = 'pierre';
    listeners.forEach((listener) => listener());
    expect(decisions.read()).toEqual([]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(send).not.toHaveBeenCalled();
  });

  it('stays with its refusal until that is read, and can be decided again', async () => {
    const fault = new Error('no');
    const send = vi.fn(() => Promise.reject(fault));
    const decisions = new DelayedDecisions(send, 5_000);
    decisions.add(said('PR-1'), 'api 1');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(send).toHaveBeenCalledOnce();
    expect(decisions.read()).toEqual([
      { said: said('PR-1'), by: '', what: 'api 1', stage: 'refused', error: fault },
    ]);
    decisions.add(said('PR-1'), 'api 1');
    expect(decisions.read()[0]?.stage).toBe('waiting');
    decisions.drop('PR-1');
    expect(decisions.read()).toEqual([]);
  });
});
