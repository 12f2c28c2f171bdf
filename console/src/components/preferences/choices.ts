import type { Preferences } from '@/api/types';

export type Channel = 'mail' | 'push';
export type Way = 'now' | 'digest' | 'off' | '';
export type Event = (typeof ASKING)[number] | (typeof FOLLOWING)[number] | (typeof DELEGATED)[number];

/** The events that ask somebody to decide, and the others, in the order of a request's life. */
export const ASKING = [
  'request-created',
  'request-lapsed',
  'request-reminder',
  'request-escalated',
  'emergency-overdue',
] as const;
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
  'emergency-ratified',
  'emergency-refuted',
] as const;

/** The events of a vote that is handed over: mailed alone, and in no summary. */
export const DELEGATED = ['delegation-begun', 'delegation-withdrawn'] as const;

export interface Draft {
  mail: NonNullable<Preferences['mail']>;
  push: NonNullable<Preferences['push']>;
  digest: Preferences['digest'];
}

/** What of somebody's preferences they choose here. */
export function draftOf({ mail = {}, push = {}, digest }: Preferences): Draft {
  return { mail, push, digest };
}

/** The draft with another way for an event; the empty way is no choice. */
export function chosen(draft: Draft, channel: Channel, event: string, way: Way): Draft {
  const kept = Object.fromEntries(Object.entries(draft[channel]).filter(([each]) => each !== event));
  return { ...draft, [channel]: way === '' ? kept : { ...kept, [event]: way } };
}

/** The draft with or without a summary: without one, what was kept for it comes as usual. */
export function summed(draft: Draft, daily: boolean): Draft {
  const kept = Object.entries(draft.mail).filter(([, way]) => daily || way !== 'digest');
  return { ...draft, mail: Object.fromEntries(kept), digest: { ...draft.digest, daily } };
}

export function same(one: Draft, other: Draft): boolean {
  return (
    one.digest.daily === other.digest.daily &&
    one.digest.hour === other.digest.hour &&
    CHANNELS.every((channel) => differing(one, other, channel).length === 0)
  );
}

const CHANNELS = ['mail', 'push'] as const;

function differing(one: Draft, other: Draft, channel: Channel): string[] {
  const events = new Set([...Object.keys(one[channel]), ...Object.keys(other[channel])]);
  return [...events].filter((event) => one[channel][event] !== other[channel][event]);
}

/** What somebody kept meanwhile, with the differences between what they saw and their draft: no other choice is undone. */
export function applied(now: Preferences, seen: Draft, draft: Draft): Preferences {
  let next = draftOf(now);
  for (const channel of CHANNELS) {
    for (const event of differing(seen, draft, channel)) {
      next = chosen(next, channel, event, draft[channel][event] ?? '');
    }
  }
  const digest = seen.digest === draft.digest ? now.digest : draft.digest;
  return { ...now, ...(digest.daily ? { ...next, digest } : summed({ ...next, digest }, false)) };
}
