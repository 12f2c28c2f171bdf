import { z } from 'zod';
import { characters } from '@/api/characters';
import { LIMITS } from '@/api/limits';
import { IMPACTS, TYPES } from '@/api/types';
import type { Messages } from '@/i18n/en';
import type { FormValues } from './values';
import { instantOf } from './zone';

// By itself it would try out whether it may make code from text, which the content security policy forbids and reports.
z.config({ jitless: true });

/** The justification's least length, after trimming; the server's document gives no number for it. */
const JUSTIFICATION_MIN = 20;

/** The server's rules for a new request, with faults in the reader's language. */
export function formSchema({ form: { faults } }: Messages) {
  // No check aborts the others: what aborts also silences the check of the date, which looks at several fields.
  const text = (max: number) =>
    z
      .string()
      .refine((value) => value.trim() !== '', faults.required)
      .refine((value) => characters(value) <= max, faults.long(max));
  const shaped = (pattern: RegExp, fault: string) =>
    z
      .string()
      .trim()
      .refine((value) => pattern.test(value), {
        error: ({ input }) => (input === '' ? faults.required : fault),
      });

  return z
    .object({
      tenant: z.string().min(1, faults.required),
      type: z.enum(TYPES),
      name: shaped(LIMITS.name.pattern, faults.name),
      version: shaped(LIMITS.version.pattern, faults.version),
      digest: z
        .string()
        .trim()
        .refine((value) => value === '' || LIMITS.digest.pattern.test(value), faults.digest),
      justification: text(LIMITS.justification.max).refine(
        (value) => characters(value.trim()) >= JUSTIFICATION_MIN,
        { error: ({ input }) => faults.short(JUSTIFICATION_MIN, characters(String(input).trim())) },
      ),
      releaseNotes: text(LIMITS.releaseNotes.max),
      impact: z.enum(['', ...IMPACTS]).refine((value) => value !== '', faults.required),
      rollbackPlan: text(LIMITS.rollbackPlan.max),
      when: z.enum(['asap', 'date']),
      local: z.string(),
      zone: z.string(),
      staging: z.boolean().refine(Boolean, faults.mustPass),
      security: z.boolean().refine(Boolean, faults.mustPass),
      performance: z.boolean(),
      evidence: shaped(LIMITS.testEvidenceUrl.pattern, faults.url).refine(
        (value) => characters(value) <= LIMITS.testEvidenceUrl.max,
        faults.long(LIMITS.testEvidenceUrl.max),
      ),
    })
    .refine((values) => scheduleFault(values, faults) === undefined, {
      path: ['local'],
      error: ({ input }) => scheduleFault(input as Schedule, faults) ?? '',
      // Asked even while other fields are wrong: nobody should be told of their faults one after the other.
      when: () => true,
    });
}

type Schedule = Pick<FormValues, 'when' | 'local' | 'zone'>;

function scheduleFault(
  { when, local, zone }: Schedule,
  faults: Messages['form']['faults'],
): string | undefined {
  if (when === 'asap') return undefined;
  const instant = instantOf(local, zone);
  if (instant === undefined) return faults.date;
  if (instant === 'skipped') return faults.skipped;
  return Date.parse(instant) > Date.now() ? undefined : faults.past;
}
