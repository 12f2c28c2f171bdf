import { describe, expect, it } from 'vitest';
import { instantOf } from './zone';

describe('a local time as an instant', () => {
  it.each([
    ['2026-12-24T18:00', 'Europe/Paris', '2026-12-24T17:00:00Z'],
    ['2026-07-14T18:00', 'Europe/Paris', '2026-07-14T16:00:00Z'],
    ['2026-07-14T18:00', 'UTC', '2026-07-14T18:00:00Z'],
    ['2026-07-14T18:00', 'Asia/Kolkata', '2026-07-14T12:30:00Z'],
    ['2026-01-01T00:30', 'Pacific/Auckland', '2025-12-31T11:30:00Z'],
  ])('is what the clock of the zone says: %s in %s', (local, zone, instant) => {
    expect(instantOf(local, zone)).toBe(instant);
  });

  it('is the earlier of two where the clock is put back', () => {
    expect(instantOf('2026-10-25T02:30', 'Europe/Paris')).toBe('2026-10-25T00:30:00Z');
  });

  it('does not exist where the clock is put forward', () => {
    expect(instantOf('2026-03-29T02:30', 'Europe/Paris')).toBe('skipped');
    expect(instantOf('2026-03-29T03:00', 'Europe/Paris')).toBe('2026-03-29T01:00:00Z');
  });

  it.each(['', '2026-12-24', '2026-13-01T10:00', 'tomorrow'])(
    'is unknown while it is incomplete: "%s"',
    (local) => {
      expect(instantOf(local, 'UTC')).toBeUndefined();
    },
  );
});
