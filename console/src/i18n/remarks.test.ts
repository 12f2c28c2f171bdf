import { describe, expect, it } from 'vitest';
import document from '../../openapi.json';
import type { RemarkKind } from '@/api/types';
import { enRemarks } from './en.remarks';
import { formatter } from './format';
import { frRemarks } from './fr.remarks';
import { remarked } from './remarks';

const KINDS = document.components.schemas.Remark.properties.kind.enum.filter((each) => each !== 'quoted');

describe('what the service says in the record', () => {
  it.each(KINDS)('has a sentence in both languages: %s', (kind) => {
    const said = [enRemarks, frRemarks].map((words) =>
      remarked(words, formatter('en'), [{ kind: kind as RemarkKind, params: {} }], ''),
    );
    expect(said).not.toContain('');
    expect(new Set(said).size).toBe(2);
  });

  it('tells times in the reader’s zone and language', () => {
    const params = { started: '2026-03-02T10:30:00Z', finished: '2026-03-02T10:30:12Z' };
    const said = remarked(frRemarks, formatter('fr'), [{ kind: 'awx-ran', params }], 'AWX ran it …');
    expect(said).toContain('2 mars 2026');
    expect(said).not.toContain('Z');
  });

  it('leaves AWX’s own words as they are, on lines of their own', () => {
    const quoted = { kind: 'quoted' as const, params: { text: '\n\nPLAY [Deploy]' } };
    const said = remarked(frRemarks, formatter('fr'), [{ kind: 'job-failed', params: {} }, quoted], '');
    expect(said).toBe('AWX indique que le job a échoué.\n\nPLAY [Deploy]');
  });

  it.each([[[]], [[{ kind: 'of-a-newer-server' as RemarkKind, params: {} }]]])(
    'leaves other texts: %j',
    (remarks) => {
      expect(remarked(frRemarks, formatter('fr'), remarks, 'As it is written')).toBe('As it is written');
    },
  );
});
