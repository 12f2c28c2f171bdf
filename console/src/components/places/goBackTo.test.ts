import { describe, expect, it } from 'vitest';
import type { TargetVersion } from '@/api/types';
import { ticket } from '@/test/tickets';
import { versionToGoBackTo } from './rollBack';

const version = (name: string, request?: string): TargetVersion => ({
  version: name,
  until: null,
  direction: 'newer',
  ...(request && { ticket: request }),
});

describe('the version to go back to', () => {
  it('is what the record has in production, of what failed', () => {
    const failed = ticket('failed');
    expect(versionToGoBackTo(failed, [version('2.0.0'), version('1.9.0')])?.version).toBe('2.0.0');
    expect(versionToGoBackTo(failed, [version(failed.spec.target.version)])).toBeUndefined();
    expect(versionToGoBackTo(failed, [])).toBeUndefined();
  });

  it('is the one before, of what is in production still', () => {
    const deployed = ticket('deployed');
    const own = version(deployed.spec.target.version, deployed.metadata.id);
    expect(versionToGoBackTo(deployed, [own, version('2.0.0')])?.version).toBe('2.0.0');
    expect(versionToGoBackTo(deployed, [version('3.0.0', 'PR-2026-0009'), own])).toBeUndefined();
    expect(versionToGoBackTo(ticket('pending'), [own, version('2.0.0')])).toBeUndefined();
  });
});
