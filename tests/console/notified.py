"""A desk's browser with a push service on this machine: Chromium's own can't be reached without Google's servers."""

import asyncio
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from playwright.sync_api import Worker

from tests.console.desk import Desk
from tests.e2e.stack import until
from tests.push import Browser, PushService

SUBSCRIBING = """
const KEPT_AS = 'test-subscription', ASKED = 'test-permission';
const plain = (text) => atob(text.replaceAll('-', '+').replaceAll('_', '/'));
const bytes = (text) => Uint8Array.from(plain(text), (each) => each.charCodeAt(0));
const made = () => {
  const kept = JSON.parse(localStorage.getItem(KEPT_AS));
  return kept && {
    endpoint: kept.endpoint,
    options: { applicationServerKey: bytes(kept.key).buffer, userVisibleOnly: true },
    toJSON: () => ({ endpoint: kept.endpoint, keys: kept.keys }),
    unsubscribe: async () => {
      localStorage.removeItem(KEPT_AS);
      await pushEnded(kept.endpoint);
      return true;
    },
  };
};
PushManager.prototype.getSubscription = async () => made();
PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey: key }) => {
  if (!userVisibleOnly || bytes(key).length !== 65) throw new DOMException('no', 'NotAllowedError');
  localStorage.setItem(KEPT_AS, JSON.stringify({ key, ...(await pushBegan()) }));
  return made();
};
Object.defineProperty(Notification, 'permission', { get: () => localStorage.getItem(ASKED) ?? 'default' });
Notification.requestPermission = async () => {
  localStorage.setItem(ASKED, await pushAsked());
  return Notification.permission;
};
"""
"""What of a browser is another's: its push service, and the question of the person; headless ones ask nobody."""

CENTRE = """() => {
  self.opened = [];
  self.clients.openWindow = async (address) => void self.opened.push(address);
  if (Notification.permission === 'granted') return;
  let shown = [];
  const { registration } = self;
  registration.showNotification = async (title, { tag, renotify, ...options }) => {
    if (renotify && !tag) throw new TypeError('renotify needs a tag');
    shown = shown.filter((each) => each.tag !== tag);
    const notification = { title, tag, ...options };
    notification.close = () => (shown = shown.filter((each) => each !== notification));
    shown.push(notification);
  };
  registration.getNotifications = async () => [...shown];
}"""
"""A window that a click opens is noted: a test's click is no person's. Headless Chromium has no notifications."""

SHOWN = "async () => (await registration.getNotifications()).map(({ title, body, lang }) => ({ title, body, lang }))"
CLICK = """async () => {
  const [notification] = await registration.getNotifications();
  let done;
  const event = Object.assign(new Event('notificationclick'), { notification, waitUntil: (work) => (done = work) });
  self.dispatchEvent(event);
  await done;
  return self.opened.pop();
}"""


@contextmanager
def serving(service: PushService) -> Iterator[PushService]:
    """Serve in a thread of its own, beside a browser that blocks this one."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    opening = service.open()
    asyncio.run_coroutine_threadsafe(opening.__aenter__(), loop).result(30)
    try:
        yield service
    finally:
        asyncio.run_coroutine_threadsafe(opening.__aexit__(None, None, None), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@dataclass
class PushDesk:
    """A desk whose browser subscribes at the service; `answer` is what its person says when they are asked."""

    desk: Desk
    service: PushService
    answer: str = "granted"
    browsers: dict[str, Browser] = field(default_factory=dict)
    """The browser's keys, by the token of each of its subscriptions."""

    def __post_init__(self) -> None:
        context, api = self.desk.context, self.desk.stack.api
        context.grant_permissions(["notifications"], origin=api)
        context.expose_function("pushBegan", self._began)
        context.expose_function("pushEnded", lambda where: self.service.ended.add(where.rsplit("/", 1)[1]))
        context.expose_function("pushAsked", lambda: self.answer)
        context.add_init_script(SUBSCRIBING)

    def _began(self) -> dict[str, Any]:
        token, browser = secrets.token_hex(8), Browser()
        self.browsers[token] = browser
        return {"endpoint": self.service.endpoint(token), "keys": {"p256dh": browser.p256dh, "auth": browser.auth}}

    @property
    def token(self) -> str:
        """The newest subscription."""
        return list(self.browsers)[-1]

    def messages(self, of: str) -> list[str]:
        """The messages that the push service took for this browser of a request, decrypted as only the browser can."""
        taken = [each for each in self.service.taken if each.token in self.browsers]
        texts = [self.browsers[each.token].opened(each.body).decode() for each in taken]
        return [text for text in texts if json.loads(text)["tag"] == of]

    def gets(self, of: str) -> list[dict[str, str]]:
        """Wait for a message of the request, and have the real service worker take it; what the person then sees."""
        until(f"a message of {of}", lambda: len(self.messages(of)) > 0)
        worker = self._worker()
        worker.evaluate(CENTRE)
        found: list[dict[str, Any]] = []
        cdp = self.desk.context.new_cdp_session(self.desk.page)
        cdp.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
        cdp.send("ServiceWorker.enable")
        self._until(lambda: found)
        where = {"origin": self.desk.stack.api, "registrationId": found[-1]["registrationId"]}
        cdp.send("ServiceWorker.deliverPushMessage", where | {"data": self.messages(of)[-1]})
        self._until(lambda: worker.evaluate(SHOWN))
        shown: list[dict[str, str]] = worker.evaluate(SHOWN)
        return shown

    def click(self) -> str:
        """The address that a click on what is shown opens."""
        address: str = self._worker().evaluate(CLICK)
        assert self._worker().evaluate(SHOWN) == []
        return address

    def _worker(self) -> Worker:
        self._until(lambda: self.desk.context.service_workers)
        return self.desk.context.service_workers[-1]

    def _until(self, seen: Callable[[], object]) -> None:
        """As `until`, and the browser's own events come meanwhile."""

        def here() -> bool:
            self.desk.page.wait_for_timeout(50)
            return bool(seen())

        until("it in the browser", here)
