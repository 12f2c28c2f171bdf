import { describe, expect, it } from 'vitest';
import { cpi, security } from '@/test/votes';
import { en } from './en';
import { fr } from './fr';
import { refusalSentence } from './server';
import { needed, needsIn } from './votes';

describe('needs', () => {
  it('are read from the server’s text', () => {
    expect(needsIn('2 of cpi and 1 of security')).toEqual([cpi(2), security(1)]);
    expect(needsIn(undefined)).toEqual([]);
  });

  it('are said in plain words, in both languages', () => {
    const needs = [cpi(2), security(1)];
    expect(needed(en.votes, needs)).toBe('2 tenant administrators (CPI) and 1 member of “security”');
    expect(needed(fr.votes, needs)).toBe('2 administrateurs du tenant (CPI) et 1 membre de « security »');
  });

  it('are named by the refusal of a vote that fills none', () => {
    const refused = { kind: 'vote-not-needed', params: { missing: '1 of security' } };
    expect(refusalSentence(en, refused)).toContain('1 member of “security”');
    expect(refusalSentence(fr, refused)).toContain('1 membre de « security »');
  });
});
