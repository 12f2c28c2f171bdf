import { describe, expect, it } from 'vitest';
import { en } from '@/i18n/en';
import { formSchema } from './schema';
import { bodyOf, emptyForm, fieldOf, type FormValues } from './values';

const ME = {
  email: 'p@x',
  name: 'P',
  grants: [],
  tenants: [],
  creates: ['tenant-finance'],
  mayApprove: false,
  decidesFor: [],
  rights: [],
  faults: [],
};
const GOOD: FormValues = {
  ...emptyForm(ME),
  name: 'payment-api',
  version: '2.1.0',
  justification: 'New PCI-DSS compliant payment flow',
  releaseNotes: '- Added 3DS2',
  impact: 'low',
  rollbackPlan: 'Revert',
  staging: true,
  security: true,
  evidence: 'https://gitlab.cab-i.com/pipeline/12345',
};

function faults(change: Partial<FormValues>): Record<string, string> {
  const found = formSchema(en).safeParse({ ...GOOD, ...change });
  return Object.fromEntries(
    (found.error?.issues ?? []).map((issue) => [issue.path.join('.'), issue.message]),
  );
}

describe('the rules of a new request', () => {
  it('let a complete form pass', () => {
    expect(faults({})).toEqual({});
  });

  it('take the tenant for granted where there is one only', () => {
    expect(GOOD.tenant).toBe('tenant-finance');
  });

  it.each<[string, Partial<FormValues>, string]>([
    ['tenant', { tenant: '' }, 'Required.'],
    ['impact', { impact: '' }, 'Required.'],
    ['name', { name: ' ' }, 'Required.'],
    ['name', { name: '-payment' }, en.form.faults.name],
    ['name', { name: 'x'.repeat(129) }, en.form.faults.name],
    ['version', { version: '2.1 beta' }, en.form.faults.version],
    ['digest', { digest: 'sha256:abc' }, en.form.faults.digest],
    ['digest', { digest: `sha256:${'A'.repeat(64)}` }, en.form.faults.digest],
    ['justification', { justification: ' nineteen characters ' }, 'At least 20 characters; 19 so far.'],
    ['justification', { justification: 'x'.repeat(16_385) }, 'At most 16384 characters.'],
    ['releaseNotes', { releaseNotes: '\n' }, 'Required.'],
    ['rollbackPlan', { rollbackPlan: '' }, 'Required.'],
    ['staging', { staging: false }, en.form.faults.mustPass],
    ['security', { security: false }, en.form.faults.mustPass],
    ['evidence', { evidence: 'javascript:alert(1)' }, en.form.faults.url],
    ['evidence', { evidence: 'https://a b' }, en.form.faults.url],
    ['local', { when: 'date', local: '' }, en.form.faults.date],
    ['local', { when: 'date', local: '2020-01-01T10:00' }, en.form.faults.past],
    ['local', { when: 'date', local: '2027-03-28T02:30', zone: 'Europe/Paris' }, en.form.faults.skipped],
  ])('refuse what is wrong with %s', (field, change, sentence) => {
    expect(faults(change)).toEqual({ [field]: sentence });
  });

  it('count an emoji as the one character that it is for the server', () => {
    expect(faults({ justification: '🚀'.repeat(19) })).toHaveProperty('justification');
    expect(faults({ justification: '🚀'.repeat(20) })).toEqual({});
  });

  it('let performance tests be missing', () => {
    expect(faults({ performance: false })).toEqual({});
  });

  it('tell of the date even while other fields are wrong', () => {
    expect(Object.keys(faults({ name: '', when: 'date', local: '' }))).toEqual(['name', 'local']);
  });
});

describe('what is sent', () => {
  it('is null for a date that is not wanted, however it was filled in before', () => {
    expect(bodyOf({ ...GOOD, when: 'asap', local: '2027-01-01T10:00' }).request.scheduledDate).toBeNull();
  });

  it('is the instant of the date in its zone', () => {
    const body = bodyOf({ ...GOOD, when: 'date', local: '2027-01-01T10:00', zone: 'Europe/Paris' });
    expect(body.request.scheduledDate).toBe('2027-01-01T09:00:00Z');
  });

  it('has the digest that was typed, and none where none was', () => {
    const digest = `sha512:${'0123456789abcdef'.repeat(8)}`;
    expect(faults({ digest: ` ${digest} ` })).toEqual({});
    expect(bodyOf({ ...GOOD, digest: ` ${digest} ` }).target.digest).toBe(digest);
    expect(bodyOf({ ...GOOD, digest: ' ' }).target).not.toHaveProperty('digest');
  });

  it('has no spaces around names, which are copied from elsewhere', () => {
    expect(bodyOf({ ...GOOD, name: ' payment-api ' }).target.name).toBe('payment-api');
  });
});

describe("the server's paths", () => {
  it('lead to the fields of the form', () => {
    expect(fieldOf('request.scheduledDate')).toBe('local');
    expect(fieldOf('preChecks')).toBe('staging');
    expect(fieldOf('body')).toBeUndefined();
  });
});
