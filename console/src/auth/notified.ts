// The notifications of this browser, which are one person's: whoever comes after them must not read theirs.

export const WORKER = '/notifications.js';
/** The subject of whoever switched notifications on here. */
const KEPT_AS = 'prodgate-notified';
/** Nobody waits longer to be signed out. */
const TELL_WITHIN_MS = 3_000;

/** What shows the notifications, if somebody has switched them on here. */
async function registered(): Promise<ServiceWorkerRegistration | undefined> {
  if (!('serviceWorker' in navigator) || !('PushManager' in window)) return undefined;
  // A private window that keeps nothing refuses to look.
  return navigator.serviceWorker.getRegistration(WORKER).catch(() => undefined);
}

export async function subscription(): Promise<PushSubscription | null> {
  return (await (await registered())?.pushManager.getSubscription()) ?? null;
}

/** The id that the server gives an address at a push service. */
export async function idOf({ endpoint }: PushSubscription): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(endpoint));
  return Array.from(new Uint8Array(digest.slice(0, 16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
}

/** Remember whose the notifications are. */
export function keepOwner(subject: string): void {
  localStorage.setItem(KEPT_AS, subject);
}

/** End what this browser has, and take away what it shows. */
export async function endHere(): Promise<void> {
  localStorage.removeItem(KEPT_AS);
  const registration = await registered();
  (await registration?.getNotifications())?.forEach((each) => each.close());
  const found = await registration?.pushManager.getSubscription();
  // Where the browser can't end it now, what would show its messages goes.
  await found?.unsubscribe().catch(() => registration?.unregister());
}

/** End what this browser has for whoever signs out; the record forgets it where the server can be reached. */
export async function leave(token: string | undefined): Promise<void> {
  const found = await subscription();
  await endHere();
  if (!found || !token) return;
  // Where this does not arrive, the push service says at the next message that the subscription has ended.
  await fetch(`/v1/me/browsers/${await idOf(found)}`, {
    method: 'DELETE',
    headers: { Authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(TELL_WITHIN_MS),
  }).catch(() => undefined);
}

/** End what somebody else left here without signing out. */
export async function takeOver(subject: string): Promise<void> {
  if (localStorage.getItem(KEPT_AS) !== subject) await endHere();
}
