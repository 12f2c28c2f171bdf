import { describe, expect, it } from 'vitest';
import { applied, chosen, same, summed, type Draft } from './choices';

const OFF = { daily: false, hour: 8 };
const DAILY = { daily: true, hour: 8 };
const SEEN: Draft = { mail: { 'request-created': 'now' }, push: {}, digest: DAILY };
const NOW = { ...SEEN, filters: [], snoozed: [] };

describe('a choice', () => {
  it('is taken back by the usual way', () => {
    expect(chosen(SEEN, 'mail', 'request-created', '').mail).toEqual({});
    expect(chosen(SEEN, 'mail', 'request-held', 'off').mail).toEqual({ ...SEEN.mail, 'request-held': 'off' });
  });

  it('for a summary ends with the summary', () => {
    const kept = chosen(SEEN, 'mail', 'request-held', 'digest');
    expect(summed(kept, false)).toEqual({ ...SEEN, digest: OFF });
  });

  it('is the same whatever the order', () => {
    expect(same(SEEN, { ...SEEN, digest: { ...DAILY } })).toBe(true);
    expect(same(SEEN, { ...SEEN, mail: {} })).toBe(false);
    expect(same(SEEN, chosen(SEEN, 'push', 'request-held', 'off'))).toBe(false);
    expect(same(SEEN, { ...SEEN, digest: { ...DAILY, hour: 9 } })).toBe(false);
  });
});

describe('what is kept', () => {
  it('has what another window chose meanwhile, too', () => {
    const meanwhile = { ...NOW, mail: { 'request-created': 'now', 'request-held': 'off' } as const };
    const draft = chosen(SEEN, 'mail', 'request-created', 'digest');
    expect(applied(meanwhile, SEEN, draft)).toEqual({
      ...NOW,
      mail: { 'request-created': 'digest', 'request-held': 'off' },
    });
  });

  it('keeps nothing for a summary that another window switched off', () => {
    const draft = chosen(SEEN, 'mail', 'request-held', 'digest');
    expect(applied({ ...NOW, digest: OFF }, SEEN, draft)).toEqual({ ...NOW, digest: OFF });
  });
});
