import type { Preferences } from '@/api/types';

export type Mail = NonNullable<Preferences['mail']>;
export type Way = Mail[string] | '';

/** The events that ask somebody to decide, and the others, in the order of a request's life. */
export const ASKING = ['request-created', 'request-lapsed', 'request-reminder'] as const;
export const FOLLOWING = [
  'request-approved',
  'request-rejected',
  'request-cancelled',
  'request-expiring',
  'request-expired',
  'request-superseded',
  'request-held',
  'request-released',
  'deployment-started',
  'deployment-succeeded',
  'deployment-failed',
] as const;

export interface Draft {
  mail: Mail;
  digest: Preferences['digest'];
}

/** The draft with another way for an event; the empty way is no choice. */
export function chosen(draft: Draft, event: string, way: Way): Draft {
  const mail = Object.fromEntries(Object.entries(draft.mail).filter(([each]) => each !== event));
  return { ...draft, mail: way === '' ? mail : { ...mail, [event]: way } };
}

/** The draft with or without a summary: without one, what was kept for it comes as usual. */
export function summed(draft: Draft, daily: boolean): Draft {
  const kept = Object.entries(draft.mail).filter(([, way]) => daily || way !== 'digest');
  return { mail: Object.fromEntries(kept), digest: { ...draft.digest, daily } };
}

export function same(one: Draft, other: Draft): boolean {
  const events = new Set([...Object.keys(one.mail), ...Object.keys(other.mail)]);
  return (
    one.digest.daily === other.digest.daily &&
    one.digest.hour === other.digest.hour &&
    [...events].every((event) => one.mail[event] === other.mail[event])
  );
}

/** What somebody kept meanwhile, with the differences between what they saw and their draft: no other choice is undone. */
export function applied(now: Preferences, seen: Draft, draft: Draft): Preferences {
  let mail = now.mail ?? {};
  for (const event of new Set([...Object.keys(seen.mail), ...Object.keys(draft.mail)])) {
    const way = draft.mail[event];
    if (way !== seen.mail[event]) mail = chosen({ mail, digest: now.digest }, event, way ?? '').mail;
  }
  const digest = seen.digest === draft.digest ? now.digest : draft.digest;
  return { ...now, ...(digest.daily ? { mail, digest } : summed({ mail, digest }, false)) };
}
