import { describe, expect, it } from 'vitest';
import { snoozeEnd, withSnooze } from './snooze';

describe('a snooze', () => {
  it('ends in the morning of a day to come', () => {
    const sunday = new Date(2026, 10, 29, 22, 30);
    const monday = new Date(2026, 10, 30, 7, 0);
    expect(snoozeEnd('tomorrow', sunday)).toEqual(new Date(2026, 10, 30, 9));
    expect(snoozeEnd('week', sunday)).toEqual(new Date(2026, 10, 30, 9));
    expect(snoozeEnd('week', monday)).toEqual(new Date(2026, 11, 7, 9));
    expect(snoozeEnd('hour', monday)).toEqual(new Date(2026, 10, 30, 8));
  });

  it('stands once, leaves out what is over, and touches nothing else', () => {
    const now = Date.parse('2026-11-29T12:00:00Z');
    const was = {
      digest: { daily: true, hour: 7 },
      filters: [],
      snoozed: [
        { ticket: 'PR-2026-0001', until: '2026-11-29T11:00:00Z' },
        { ticket: 'PR-2026-0002', until: '2026-11-29T13:00:00Z' },
      ],
    };
    const until = new Date('2026-11-30T09:00:00Z');
    expect(withSnooze(was, 'PR-2026-0002', until, now)).toEqual({
      ...was,
      snoozed: [{ ticket: 'PR-2026-0002', until: '2026-11-30T09:00:00.000Z' }],
    });
    expect(withSnooze(was, 'PR-2026-0002', undefined, now).snoozed).toEqual([]);
  });
});
