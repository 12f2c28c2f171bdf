import { describe, expect, it } from 'vitest';
import type { TargetVersion } from '@/api/types';
import { useVersions } from '@/hooks/usePlaces';
import { KEYS } from '@/hooks/useRequests';
import { show } from '@/test/render';
import { Versions } from './Versions';

const TARGET = { tenant: 'tenant-finance', type: 'api', name: 'payment-api' } as const;
const VERSION: TargetVersion = {
  version: '2.1.0',
  since: '2026-12-24T10:30:00Z',
  until: null,
  direction: 'newer',
  ticket: 'PR-2026-0003',
  askedBy: { name: 'Pierre Durand', email: 'pierre.durand@cab-i.com' },
  approvedBy: { name: 'Jean Dupont', email: 'jean.dupont@cab-i.com' },
  emergency: false,
  attempts: 1,
};

function Shown() {
  return <Versions list={useVersions(TARGET)} production="2.1.0" />;
}

function said(version: TargetVersion, language: 'en' | 'fr') {
  const key = [...KEYS.comparisons, 'target', TARGET.tenant, TARGET.type, TARGET.name, 'versions'];
  const known = { pages: [{ versions: [version], next: undefined }], pageParams: [undefined] };
  return show(<Shown />, { language, known: [[key, known]] }).container;
}

describe('a version in production', () => {
  it.each([
    ['en', {}, 'approved by Jean Dupont'],
    ['en', { approvedBy: null, rule: 'everyday' }, 'Asked by Pierre Durand, approved by the rule everyday'],
    ['fr', { approvedBy: null, rule: 'everyday' }, 'approuvée par la règle everyday'],
    ['en', { emergency: true }, 'launched in an emergency by Jean Dupont'],
    ['fr', { emergency: true }, 'lancée en urgence par Jean Dupont'],
  ] as const)('says how it came there (%s, %o)', (language, fields, text) => {
    expect(said({ ...VERSION, ...fields }, language)).toHaveTextContent(text);
  });
});
