import type { BrowserBody } from '@/api/types';
import { endHere, idOf, subscription, WORKER } from '@/auth/notified';
import type { Language } from '@/i18n/format';

export type Support = 'unsupported' | 'denied' | 'possible';

/** Whether this browser can show notifications, and still lets us ask. */
export function support(): Support {
  if (!('serviceWorker' in navigator) || !('PushManager' in window) || !('Notification' in window)) {
    return 'unsupported';
  }
  return Notification.permission === 'denied' ? 'denied' : 'possible';
}

export class NotGranted extends Error {}
export class NotSubscribed extends Error {}

/** The id of this browser, if somebody has switched it on; not where it holds to a key that we have no more. */
export async function thisBrowser(key: string): Promise<string | null> {
  const found = await subscription();
  return found && keyOf(found) === key ? idOf(found) : null;
}

function keyOf(found: PushSubscription): string {
  const bytes = new Uint8Array(found.options.applicationServerKey ?? new ArrayBuffer(0));
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * Ask the person, then the browser. What an earlier person, or an earlier key, had here ends.
 * Throws NotGranted where they say no, NotSubscribed where the browser's push service does not answer.
 */
export async function subscribe(key: string, language: Language): Promise<BrowserBody> {
  if ((await Notification.requestPermission()) !== 'granted') throw new NotGranted();
  try {
    await endHere();
    await navigator.serviceWorker.register(WORKER);
    const { pushManager } = await navigator.serviceWorker.ready;
    const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    const { p256dh = '', auth = '' } = made.toJSON().keys ?? {};
    return { endpoint: made.endpoint, keys: { p256dh, auth }, name: nameOf(navigator.userAgent), language };
  } catch (error) {
    throw new NotSubscribed('', { cause: error });
  }
}

const BROWSERS = { Edg: 'Edge', OPR: 'Opera', Firefox: 'Firefox', Chrome: 'Chrome', Safari: 'Safari' };
const SYSTEMS = {
  iPhone: 'iPhone',
  iPad: 'iPad',
  Android: 'Android',
  Windows: 'Windows',
  'Mac OS': 'macOS',
  Linux: 'Linux',
};

/** A browser's name for people, such as `Firefox, Linux`: how they find it in the list. */
export function nameOf(agent: string): string {
  const found = [BROWSERS, SYSTEMS].map(
    (names) => Object.entries(names).find(([part]) => agent.includes(part))?.[1],
  );
  return found.filter(Boolean).join(', ') || 'Browser';
}
