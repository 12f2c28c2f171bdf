"""Notifications by a push service: what a browser shows, what the service learns, what counts as told, who is told."""

import json
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

import pytest

from clients.push.channel import topic_of
from clients.push.sender import KEPT_FOR
from domain import browsers
from domain.announcement import Event
from domain.audience import Audience, Contact, Language, notified
from domain.delivery import DeliveryResult
from domain.errors import RuleViolation
from domain.preferences import MailTime, Preferences, PushTime
from domain.roles import Person, Role
from domain.webhooks import Address
from tests.clients.announcing import CLAIRE, HOSTILE, always, outgoing, said, told
from tests.domain.builders import ADA, JEAN, PIERRE, person
from tests.push import Browser, PushService, channel, known, push_key, read

KEY = push_key()
EVERYWHERE = "https://push.example/1"


def of(who: Person, *theirs: browsers.Browser, **fields: object) -> Contact:
    return Contact.model_validate({"person": who, "browsers": theirs} | fields)


def everybody(*contacts: Contact) -> Audience:
    return Audience(tenant_name="Finance", contacts=contacts)


@pytest.fixture
def service(tmp_path: Path) -> PushService:
    return PushService(tmp_path, KEY.public)


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "PR-2026-0001: waits for your decision"), ("fr", "PR-2026-0001\u00a0: attend votre décision")],
)
async def test_a_browser_shows_what_a_mail_s_subject_says(service: PushService, language: str, title: str) -> None:
    """In its language, whatever words people wrote; the push service reads nothing, and no number."""
    browser = Browser()
    async with service.open():
        jean = of(JEAN, known(browser, service.endpoint("jean"), language=language))
        (delivery,) = await told(channel(KEY, service.ca), said(Event.CREATED, HOSTILE), everybody(jean))
    assert delivery.failure is None
    assert [receipt.to for receipt in delivery.receipts] == [jean.browsers[0].destination]
    (message,) = service.taken
    assert read(browser, message) == {
        "title": title,
        "body": "payment-api 2.1.0 → PROD",
        "lang": language,
        "tag": "PR-2026-0001",
        "path": "/requests/PR-2026-0001",
    }
    outside = json.dumps(dict(message.heads)) + message.body.decode("latin-1")
    assert not any(word in outside for word in ("PR-2026-0001", "payment", "PROD", JEAN.email))
    assert message.heads["urgency"] == "high"
    assert message.heads["ttl"] == str(int(KEPT_FOR.total_seconds()))


async def test_a_newer_message_of_a_request_takes_the_older_one_s_place(service: PushService) -> None:
    """A browser that was away shows what became of it, not what it waited for; another browser's topic differs."""
    browser, other = Browser(), Browser()
    async with service.open():
        endpoint = service.endpoint("pierre")
        pierre = of(PIERRE, known(browser, endpoint))
        for event in (Event.APPROVED, Event.STARTED, Event.SUCCEEDED):
            await told(channel(KEY, service.ca), said(event), everybody(pierre))
    assert len(service.taken) == 3
    (left,) = service.waiting.values()
    assert read(browser, left)["title"] == "PR-2026-0001: deployed"
    assert topic_of("PR-2026-0001", known(browser, endpoint)) != topic_of("PR-2026-0001", known(other, endpoint))


@pytest.mark.parametrize("status", [404, 410])
async def test_a_subscription_that_ended_is_forgotten(service: PushService, status: int) -> None:
    """And told for good: nobody tries again."""
    gone: list[str] = []

    async def forget(browser: browsers.Browser) -> None:
        gone.append(browser.id)

    service.status = status
    async with service.open():
        jean = of(JEAN, known(Browser(), service.endpoint("jean")))
        (delivery,) = await told(channel(KEY, service.ca, forget=forget), said(Event.CREATED), everybody(jean))
    assert gone == [jean.browsers[0].id]
    assert [receipt.refused for receipt in delivery.receipts] == [f"The subscription has ended ({status})"]


async def test_what_is_too_large_is_refused_and_the_browser_stays(service: PushService) -> None:
    """413 is about the message."""
    service.status = 413
    async with service.open():
        jean = of(JEAN, known(Browser(), service.endpoint("jean")))
        (delivery,) = await told(channel(KEY, service.ca), said(Event.CREATED), everybody(jean))
    assert delivery.receipts[0].refused == "The push service finds it too large (413)"


@pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 429, 500, 503])
async def test_anything_else_is_tried_again_when_the_service_says(service: PushService, status: int) -> None:
    """A redirect too, which is not followed."""
    service.status, service.headers = status, {"Retry-After": "120", "Location": "https://127.0.0.1:9/push/elsewhere"}
    async with service.open():
        jean = of(JEAN, known(Browser(), service.endpoint("jean")))
        (delivery,) = await told(channel(KEY, service.ca), said(Event.CREATED), everybody(jean))
    where = service.origin.removeprefix("https://")
    assert delivery == DeliveryResult(failure=f"{where} answered {status}", retry_after=120)
    assert service.asked == 1


async def test_a_service_that_gives_no_answer_rests_with_all_of_its_browsers(
    service: PushService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty of them would else take every place for ten seconds each; another service's are told at once."""
    monkeypatch.setattr("clients.push.sender.ANSWER_WITHIN", 2)
    (tmp_path / "other").mkdir()
    other, service.pause = PushService(tmp_path / "other", KEY.public), 6
    async with service.open(), other.open():
        (tmp_path / "both.pem").write_bytes(service.ca.read_bytes() + other.ca.read_bytes())
        slow = [known(Browser(), service.endpoint(str(number))) for number in range(3)]
        push = channel(KEY, tmp_path / "both.pem")
        deliveries = await told(
            push, said(Event.CREATED), everybody(of(JEAN, *slow, known(Browser(), other.endpoint("quick"))))
        )
        assert [bool(each.failure) for each in deliveries] == [True, True, True, False]
        assert service.asked == 1
        assert all(29 < (each.retry_after or 0) <= 30 for each in deliveries[:3])
        await push.close()
        service.pause = 0
        (again,) = await told(push, said(Event.CREATED), everybody(of(JEAN, slow[0])))
    assert again.failure is None


@pytest.mark.parametrize(
    ("host", "address"),
    [("10.0.0.1", "10.0.0.1"), ("metadata.example", "169.254.169.254"), ("localhost", "::1"), ("a.example", "fe80::1")],
)
async def test_no_private_address_is_called(host: str, address: str) -> None:
    """Whatever the name led to when the browser was added; nor is it taken in the first place."""

    async def resolve(_host: str, _port: int) -> Sequence[Address]:
        return [ip_address(address)]

    push = channel(KEY, allowed=(), resolve=resolve)
    browser = known(Browser(), f"https://{host}/push")
    (delivery,) = await told(push, said(Event.CREATED), everybody(of(JEAN, browser)))
    assert "may not call" in (delivery.failure or "")
    with pytest.raises(browsers.EndpointRefused):
        await push.sender.check(browser)


async def test_a_push_service_proves_its_name(service: PushService) -> None:
    """A certificate of nobody whom we trust, and nothing is sent."""
    async with service.open():
        jean = of(JEAN, known(Browser(), service.endpoint("jean")))
        (delivery,) = await told(channel(KEY), said(Event.CREATED), everybody(jean))
    assert "certificate verify failed" in (delivery.failure or "")
    assert service.asked == 0


async def test_whoever_may_see_it_no_more_is_told_nothing(service: PushService) -> None:
    """The audience of the moment decides, also of what was lined up before."""
    jean, browser = JEAN.model_copy(update={"grants": ()}), known(Browser(), EVERYWHERE)
    push, event = channel(KEY), said(Event.CREATED)
    before, after = everybody(of(JEAN, browser)), everybody(of(jean, browser))
    assert push.destinations(event, before) == (browser.destination,)
    assert push.destinations(event, after) == ()
    assert await push.deliver(outgoing(event, browser.destination), after, always) == DeliveryResult()


def test_each_event_is_a_choice_apart_from_mails() -> None:
    """Whoever wants no mail by the directory may be notified, where they switched it on."""
    browser = known(Browser(), EVERYWHERE)
    off = Preferences(push={Event.CREATED: PushTime.OFF})
    no_mail = Preferences(mail=dict.fromkeys(Event, MailTime.OFF))
    for preferences, silent, reached in ((off, False, 0), (no_mail, False, 1), (no_mail, True, 1)):
        contact = of(JEAN, browser, preferences=preferences, silent=silent)
        assert len(notified(said(Event.CREATED), everybody(contact))) == reached


def test_who_decides_for_the_whole_platform_is_left_alone_where_others_decide() -> None:
    """As with mails, unless they chose otherwise."""
    ada, jean = of(ADA, known(Browser(), EVERYWHERE)), of(JEAN, known(Browser(), f"{EVERYWHERE}2"))
    chosen = ada.model_copy(update={"preferences": Preferences(push={Event.CREATED: PushTime.NOW})})
    assert [each.browser for each in notified(said(Event.CREATED), everybody(ada, jean))] == list(jean.browsers)
    assert len(notified(said(Event.CREATED), everybody(chosen, jean))) == 2
    assert len(notified(said(Event.CREATED), everybody(ada))) == 1


def test_whoever_was_asked_hears_that_somebody_else_decided() -> None:
    """The journal names them by their browsers; the directory's language comes before the browser's."""
    browser = known(Browser(), EVERYWHERE, CLAIRE)
    claire = of(CLAIRE, browser, language="fr")
    event = said(Event.APPROVED).model_copy(update={"asked": (browser.destination,)})
    (found,) = notified(event, everybody(claire))
    assert (found.reason, found.language) == ("was-asked", Language.FR)
    assert notified(said(Event.APPROVED), everybody(claire)) == ()


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example/1",
        "https://user:secret@push.example/1",
        "https://push.example/1#x",
        "https://push.example/ 1",
        "https://push.example",
        "ftp://push.example/1",
        "https://push.example/" + "x" * 1_000,
    ],
)
def test_an_endpoint_is_an_https_address_of_bounded_length(endpoint: str) -> None:
    """Nothing else is kept."""
    with pytest.raises(ValueError, match="endpoint"):
        known(Browser(), endpoint)


@pytest.mark.parametrize("key", ["A" * 87, "B" + "A" * 86, "BB", "B" * 100_000, "é" * 87])
def test_a_key_is_a_point_of_the_curve(key: str) -> None:
    """So that nothing is found out only when somebody is to be told."""
    with pytest.raises(ValueError, match="p256dh"):
        known(Browser(), EVERYWHERE, keys={"p256dh": key, "auth": Browser().auth})


def test_one_person_has_ten_browsers_of_one_sign_in() -> None:
    """The same browser again is no further one; those of an earlier owner of the address go."""
    mine, theirs = (person(JEAN.email, Role.CPI, subject=each) for each in ("mine", "theirs"))
    kept = browsers.BrowserList().with_(known(Browser(), EVERYWHERE, theirs))
    for number in range(browsers.MOST_BROWSERS):
        kept = kept.with_(known(Browser(), f"{EVERYWHERE}{number}", mine))
    assert {each.subject for each in kept.browsers} == {"mine"}
    again = kept.with_(known(Browser(), f"{EVERYWHERE}0", mine, name="Renamed"))
    assert len(again.browsers) == browsers.MOST_BROWSERS
    with pytest.raises(RuleViolation, match="10 browsers already"):
        kept.with_(known(Browser(), f"{EVERYWHERE}more", mine))
    assert len(kept.without(kept.browsers[0].id).browsers) == browsers.MOST_BROWSERS - 1
