import { TYPES, type Creation, type Impact, type Me, type TargetType, type Ticket } from '@/api/types';
import type { BackWords } from '@/i18n/places';
import { LIMITS } from '@/api/limits';
import { DEVICE_ZONE, instantOf } from './zone';

/** The form as it is filled in: text and choices, none of them checked yet. */
export interface FormValues {
  tenant: string;
  type: TargetType;
  name: string;
  version: string;
  /** Empty where none is given. */
  digest: string;
  justification: string;
  releaseNotes: string;
  /** Empty until somebody chooses: what is preselected is sent unread. */
  impact: Impact | '';
  rollbackPlan: string;
  when: 'asap' | 'date';
  /** A local time as the browser's control writes it: 2026-12-01T21:00. */
  local: string;
  zone: string;
  staging: boolean;
  security: boolean;
  performance: boolean;
  evidence: string;
}

export function emptyForm(me: Me): FormValues {
  return {
    tenant: me.creates.length === 1 ? (me.creates[0] ?? '') : '',
    type: 'api',
    name: '',
    version: '',
    digest: '',
    justification: '',
    releaseNotes: '',
    impact: '',
    rollbackPlan: '',
    when: 'asap',
    local: '',
    zone: DEVICE_ZONE,
    staging: false,
    security: false,
    performance: false,
    evidence: '',
  };
}

/** An earlier request as the beginning of another; whether its checks have passed, and when, has to be said anew. */
export function copyOf({ metadata, spec }: Ticket, empty: FormValues): FormValues {
  return {
    ...empty,
    tenant: metadata.tenant,
    type: spec.target.type,
    name: spec.target.name,
    version: spec.target.version,
    digest: spec.target.digest ?? '',
    justification: spec.request.justification,
    releaseNotes: spec.request.releaseNotes,
    impact: spec.request.impactAssessment,
    rollbackPlan: spec.request.rollbackPlan,
    evidence: spec.preChecks.testEvidenceUrl,
  };
}

/** What an address gives, where it has the form of it: an address is anybody's, and this is said in our voice. */
export function shapedAs(search: URLSearchParams, name: string, pattern: RegExp): string {
  const given = search.get(name) ?? '';
  return pattern.test(given) ? given : '';
}

/** A target's version as the beginning of a request; the tenant only where one may ask there. */
export function versionOf(search: URLSearchParams, me: Me): FormValues {
  const empty = emptyForm(me);
  const text = (name: 'name' | 'version' | 'digest') => shapedAs(search, name, LIMITS[name].pattern);
  return {
    ...empty,
    tenant: me.creates.find((each) => each === search.get('tenant')) ?? empty.tenant,
    type: TYPES.find((each) => each === search.get('type')) ?? empty.type,
    name: text('name'),
    version: text('version'),
    digest: text('digest'),
  };
}

/** A way back to a version that was in production before: what is known is said, the reason is not. */
export function wayBack(values: FormValues, from: string, words: BackWords): FormValues {
  return {
    ...values,
    justification: '',
    releaseNotes: words.notes(from, values.version),
    rollbackPlan: words.plan(from),
  };
}

/** What the server is asked, from a form that its rules let pass. */
export function bodyOf(values: FormValues): Creation {
  const { impact } = values;
  if (!impact) throw new TypeError('a form without impact does not pass its rules');
  const digest = values.digest.trim();
  const scheduled = values.when === 'date' ? (instantOf(values.local, values.zone) ?? null) : null;
  return {
    tenant: values.tenant,
    target: {
      type: values.type,
      name: values.name.trim(),
      version: values.version.trim(),
      ...(digest && { digest }),
      sourceEnvironment: 'staging',
      targetEnvironment: 'prod',
    },
    request: {
      justification: values.justification,
      releaseNotes: values.releaseNotes,
      impactAssessment: impact,
      rollbackPlan: values.rollbackPlan,
      scheduledDate: scheduled,
    },
    preChecks: {
      stagingTestsPassed: values.staging,
      securityScanPassed: values.security,
      performanceTestsPassed: values.performance,
      testEvidenceUrl: values.evidence.trim(),
    },
  };
}

const FIELDS: Record<string, keyof FormValues> = {
  tenant: 'tenant',
  'target.type': 'type',
  'target.name': 'name',
  'target.version': 'version',
  'target.digest': 'digest',
  'request.justification': 'justification',
  'request.releaseNotes': 'releaseNotes',
  'request.impactAssessment': 'impact',
  'request.rollbackPlan': 'rollbackPlan',
  'request.scheduledDate': 'local',
  preChecks: 'staging',
  'preChecks.stagingTestsPassed': 'staging',
  'preChecks.securityScanPassed': 'security',
  'preChecks.performanceTestsPassed': 'performance',
  'preChecks.testEvidenceUrl': 'evidence',
};

/** The form's field that the server means by a path; undefined where it is none of them. */
export function fieldOf(path: string): keyof FormValues | undefined {
  return FIELDS[path];
}
