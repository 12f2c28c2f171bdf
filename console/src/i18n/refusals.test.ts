import { describe, expect, it } from 'vitest';
import document from '../../openapi.json';
import { en } from './en';
import { fr } from './fr';
import { refusalSentence } from './server';

const KINDS = document.components.schemas.FieldProblem.properties.kind.enum;

describe('a refusal of the server', () => {
  it.each(KINDS)('has a sentence in both languages: %s', (kind) => {
    const said = [en, fr].map((t) => refusalSentence(t, { kind, params: { limit: '20' } }));
    expect(said).not.toContain('');
    expect(new Set(said).size).toBe(2);
    expect(said.join()).not.toContain('undefined');
  });

  it('says the state in the reader’s language', () => {
    const refused = { kind: 'not-pending', params: { state: 'approved' } };
    expect(refusalSentence(fr, refused)).toContain(fr.state.approved);
  });
});
