// Shows notifications and opens their pages, and does nothing else: no page is kept, no request answered.
const worker = /** @type {any} */ (self);

worker.addEventListener('push', (/** @type {any} */ event) => {
  const { title, body, lang, tag, path } = event.data.json();
  // One notification a request: a newer one takes the place of the older one, and says so by sound again.
  const options = { body, lang, tag, renotify: true, icon: '/icon-192.png', data: { path } };
  event.waitUntil(worker.registration.showNotification(title, options));
});

worker.addEventListener('notificationclick', (/** @type {any} */ event) => {
  event.notification.close();
  event.waitUntil(shown(event.notification.data.path));
});

/**
 * Go to the tab that has the page, or open one. No other tab is taken: somebody may be writing there.
 * @param {string} path
 */
async function shown(path) {
  const address = new URL(path, worker.location.origin).href;
  const tabs = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const there = tabs.find((/** @type {any} */ tab) => tab.url.split(/[?#]/)[0] === address);
  return there ? there.focus() : worker.clients.openWindow(address);
}
