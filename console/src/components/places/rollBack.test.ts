import { describe, expect, it } from 'vitest';
import type { Me, TargetVersion } from '@/api/types';
import { emptyForm, versionOf, wayBack } from '@/components/form/values';
import { rollBackPath, versionBefore } from './rollBack';

const TARGET = { tenant: 'tenant-finance', type: 'api', name: 'payment-api' } as const;
const ME: Me = {
  email: 'p@x',
  name: 'P',
  grants: [],
  tenants: [],
  creates: ['tenant-finance', 'tenant-retail'],
  mayApprove: false,
  decidesFor: [],
  rights: [],
  faults: [],
};

function deployed(version: string, more: Partial<TargetVersion> = {}): TargetVersion {
  return { version, until: null, direction: 'newer', ...more };
}

describe('the version before', () => {
  it('is the newest that is another', () => {
    const older = deployed('1.9.0');
    expect(versionBefore([deployed('2.0.0'), deployed('2.0.0'), older, deployed('1.8.0')])).toBe(older);
  });

  it('may be the same version with another content', () => {
    const older = deployed('2.0.0', { digest: 'sha256:b' });
    expect(versionBefore([deployed('2.0.0', { digest: 'sha256:a' }), older])).toBe(older);
  });

  it('is none where production had only one, or nothing', () => {
    expect(versionBefore([deployed('2.0.0')])).toBeUndefined();
    expect(versionBefore([])).toBeUndefined();
  });
});

describe('the address of a way back', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const path = rollBackPath(TARGET, '2.0.0', deployed('1.9.0', { digest, ticket: 'PR-2026-0001' }));
  const search = new URLSearchParams(path.split('?')[1]);

  it('names the request that may be copied, and what it leaves', () => {
    expect(search.get('again')).toBe('PR-2026-0001');
    expect(search.get('back')).toBe('2.0.0');
  });

  it('fills the form by itself where that request may not be read', () => {
    const { name, version, tenant } = versionOf(search, ME);
    expect({ name, version, tenant }).toEqual({
      name: 'payment-api',
      version: '1.9.0',
      tenant: 'tenant-finance',
    });
    expect(versionOf(search, ME).digest).toBe(digest);
  });

  it('says what is known and leaves the reason to whoever asks', () => {
    const words = {
      title: String,
      help: String,
      notes: (from: string, to: string) => `${from} ${to}`,
      plan: String,
    };
    const values = wayBack({ ...versionOf(search, ME), justification: 'of another day' }, '2.0.0', words);
    expect(values).toMatchObject({ justification: '', releaseNotes: '2.0.0 1.9.0', rollbackPlan: '2.0.0' });
    expect([values.staging, values.security, values.performance]).toEqual([false, false, false]);
  });

  it('puts no words into the form that are no name, version or digest', () => {
    const prose = {
      name: 'Call 0800 at once',
      version: 'a b',
      digest: 'sha256:x',
      tenant: 'tenant-foreign',
      type: 'x',
    };
    expect(versionOf(new URLSearchParams(prose), ME)).toEqual(emptyForm(ME));
  });
});
