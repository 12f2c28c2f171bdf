"""The browsers in which somebody is notified: added by their own sign-in, listed, removed, and told of what happens."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clients.push.key import PushKey, make
from tests.api.house import CLAIRE, JEAN, NOBODY, PIERRE, Connect, House, opened
from tests.push import LOOPBACK, Browser, PushService, body_of, read
from tests.record.building import git

WHERE = "/v1/me/browsers"


class Pushing:
    """A house whose worker notifies browsers, by a push service on this machine."""

    def __init__(self, house: House, service: PushService) -> None:
        self.house = house
        self.service = service

    def add(self, email: str, token: str, **fields: Any) -> Browser:
        """Switch a browser on."""
        browser = Browser()
        answer = self.house.as_(email).post(WHERE, json=body_of(browser, self.service.endpoint(token), **fields))
        assert answer.status_code == 201, answer.text
        return browser

    def told(self, token: str, browser: Browser) -> list[Any]:
        return [read(browser, each) for each in self.service.taken if each.token == token]

    def names(self, email: str) -> list[str]:
        return [each["name"] for each in self.house.as_(email).get(WHERE).json()]


@pytest.fixture
def pushing(connect_temporal: Connect, tmp_path: Path) -> Iterator[Pushing]:
    make(tmp_path / "push.pem")
    service = PushService(tmp_path, PushKey.read(tmp_path / "push.pem", "mailto:a@b.example").public)
    given = {"push_key": tmp_path / "push.pem", "push_allow": LOOPBACK, "push_ca_bundle": service.ca}
    with opened(connect_temporal, tmp_path, answer_within=10.0, **given) as house:
        serving = service.open()
        house.run(serving.__aenter__())
        try:
            yield Pushing(house, service)
        finally:
            house.run(serving.__aexit__(None, None, None))


def eventually(true: Callable[[], object], seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.05)


def test_who_decides_is_notified_in_each_of_their_browsers_until_it_is_removed(pushing: Pushing) -> None:
    """From the click in the console to what the browser shows, by a real record and engine; French, too."""
    house = pushing.house
    assert house.as_(JEAN).get("/v1/console").json()["pushKey"] == pushing.service.public
    desk = pushing.add(JEAN, "desk")
    phone = pushing.add(JEAN, "phone", name="Safari, iPhone", language="fr")
    assert pushing.names(JEAN) == ["Firefox, Linux", "Safari, iPhone"]
    assert pushing.names(CLAIRE) == []
    ticket = house.as_(PIERRE).create()["metadata"]["id"]
    eventually(lambda: pushing.told("desk", desk) and pushing.told("phone", phone))
    assert [each["title"] for each in pushing.told("desk", desk)] == [f"{ticket}: waits for your decision"]
    assert [each["title"] for each in pushing.told("phone", phone)] == [f"{ticket}\u00a0: attend votre décision"]

    (first, _) = house.as_(JEAN).get(WHERE).json()
    assert house.as_(JEAN).call("DELETE", f"{WHERE}/{first['id']}").status_code == 204
    assert pushing.names(JEAN) == ["Safari, iPhone"]
    house.as_(PIERRE).create()
    eventually(lambda: len(pushing.told("phone", phone)) == 2)
    assert len(pushing.told("desk", desk)) == 1


def test_a_subscription_that_ended_leaves_the_list(pushing: Pushing) -> None:
    """By the push service's own word, after the first message that it refuses."""
    pushing.add(JEAN, "old")
    pushing.service.ended.add("old")
    pushing.house.as_(PIERRE).create()
    eventually(lambda: pushing.names(JEAN) == [])
    assert pushing.service.taken == []


def test_the_same_browser_again_is_one(pushing: Pushing) -> None:
    """Its newest keys and name count; a retry of the same is no commit."""
    endpoint, browser = pushing.service.endpoint("desk"), Browser()
    jean = pushing.house.as_(JEAN)
    for name in ("Before", "After"):
        assert jean.post(WHERE, json=body_of(browser, endpoint, name=name)).status_code == 201
    assert pushing.names(JEAN) == ["After"]
    assert git(pushing.house.git, "rev-list", "--count", "refs/people/browsers") == "2"


def test_ten_windows_at_once_add_ten_browsers_and_no_eleventh(pushing: Pushing) -> None:
    """Whichever comes last is refused by its kind."""
    found: list[Any] = []

    def add(number: int) -> None:
        body = body_of(Browser(), pushing.service.endpoint(str(number)))
        found.append(pushing.house.as_(JEAN).post(WHERE, json=body))

    windows = [threading.Thread(target=add, args=(number,)) for number in range(11)]
    for each in windows:
        each.start()
    for each in windows:
        each.join()
    assert sorted(each.status_code for each in found) == [201] * 10 + [409]
    (refused,) = (each.json() for each in found if each.status_code == 409)
    assert refused["type"] == "urn:prodgate:problem:too-many-browsers"
    assert len(pushing.names(JEAN)) == 10


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"endpoint": "http://push.example/1"}, "endpoint"),
        ({"endpoint": "https://push.example/" + "x" * 1_000}, "endpoint"),
        ({"keys": {"p256dh": "B" * 87, "auth": "A" * 22}}, "keys.p256dh"),
        ({"keys": {"p256dh": Browser().p256dh, "auth": "A" * 5}}, "keys.auth"),
        ({"name": " "}, "name"),
        ({"language": "de"}, "language"),
        ({"email": JEAN}, "email"),
        ({"expirationTime": None}, "expirationTime"),
    ],
)
def test_what_is_no_subscription_is_refused_by_its_field(house: House, fields: dict[str, Any], field: str) -> None:
    """Nothing of it reaches the worker."""
    answer = house.as_(JEAN).post(WHERE, json=body_of(Browser(), "https://push.example/1", **fields))
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_an_installation_without_a_key_offers_nothing(house: House) -> None:
    """It says so to the page, and to whoever asks all the same."""
    assert house.as_(JEAN).get("/v1/console").json()["pushKey"] is None
    answer = house.as_(JEAN).post(WHERE, json=body_of(Browser(), "https://push.example/1"))
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:prodgate:problem:push-off")
    assert house.as_(JEAN).get(WHERE).json() == []
    assert house.as_(JEAN).call("DELETE", f"{WHERE}/{'0' * 32}").status_code == 204
    assert house.as_(JEAN).call("DELETE", f"{WHERE}/nothing").status_code == 422


def test_nothing_is_kept_of_people_whom_no_file_names(pushing: Pushing) -> None:
    """A token alone is no reason to write into the record."""
    body = body_of(Browser(), pushing.service.endpoint("x"))
    assert pushing.house.as_(NOBODY).post(WHERE, json=body).status_code == 403
