"""The calendar that other programs show: whose it is, what it says, and how it ends."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pygit2
import pytest
from icalendar import Calendar

from domain.feeds import CalendarFeed
from record.signing.signatures import new_key, sealed
from tests.api.house import ALICE, HUGO, JEAN, LEA, NOBODY, PIERRE, House, opened, refused_fields, unique_name
from tests.rules import freeze, frozen, rule
from tests.signing import KEY

ADDRESS = "/v1/me/calendar"
ENDED = "urn:prodgate:problem:feed-ended"


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def made(house: House, email: str, language: str = "en") -> str:
    """The path and query of a new address."""
    answer = house.as_(email).post(ADDRESS, json={"language": language})
    assert answer.status_code == 201, answer.text
    parts = urlsplit(answer.json()["url"])
    return f"{parts.path}?{parts.query}"


def read(house: House, address: str) -> httpx.Response:
    """What a calendar program gets, which has the address and no token."""
    return house.http().get(address)


def shown(house: House, address: str) -> dict[str, Any]:
    """The requests in the calendar, each with its event, by number; freezes stand there, too."""
    answer = read(house, address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    events = {str(each["uid"]).partition("@")[0]: each for each in Calendar.from_ical(answer.content).walk("VEVENT")}
    return {uid: each for uid, each in events.items() if uid.startswith("PR-")}


def test_a_calendar_program_shows_what_its_owner_may_see(house: House) -> None:
    """Each planned deployment is one event, named so that it is updated and not doubled; nothing else is told."""
    name, date = unique_name(), in_days(3)
    secret = "Only for those who may read the request itself"
    given = {"target": {"name": name}, "request": {"scheduledDate": date, "justification": secret}}
    planned = house.as_(PIERRE).create(**given)["metadata"]["id"]
    undated = house.as_(PIERRE).create()["metadata"]["id"]
    withdrawn = house.as_(PIERRE).create(request={"scheduledDate": date})["metadata"]["id"]
    assert house.as_(PIERRE).decide("cancel", withdrawn).status_code == 200
    address = made(house, JEAN)
    events = shown(house, address)
    assert not {undated, withdrawn} & set(events)
    event = events[planned]
    assert event.decoded("dtstart").strftime("%Y-%m-%dT%H:%M:%SZ") == date
    assert str(event["summary"]) == f"{name} 2.1.0 → prod: awaits approval"
    assert str(event["status"]) == "TENTATIVE"
    assert str(event["url"]).endswith(f"/requests/{planned}")
    assert secret not in read(house, address).text
    assert house.as_(JEAN).decide("approve", planned).status_code == 200
    again = shown(house, address)[planned]
    assert str(again["uid"]) == str(event["uid"])
    assert (str(again["status"]), int(again["sequence"])) == ("CONFIRMED", int(event["sequence"]) + 1)
    assert planned in shown(house, made(house, PIERRE))
    assert planned not in shown(house, made(house, HUGO)), "another tenant's"


def test_a_calendar_speaks_its_owner_s_language(house: House) -> None:
    """Chosen when the address is made, since programs send none of their reader's."""
    planned = house.as_(PIERRE).create(request={"scheduledDate": in_days(2)})["metadata"]["id"]
    assert str(shown(house, made(house, JEAN, "fr"))[planned]["summary"]).endswith(": en attente d'approbation")


def test_an_address_ends_when_its_owner_says_so_or_makes_another(house: House) -> None:
    """Of two that anybody could have copied, the older one shows nothing any more."""
    jean = house.as_(JEAN)
    first = made(house, JEAN)
    assert jean.get(ADDRESS).json()["since"] is not None
    second = made(house, JEAN)
    assert read(house, first).json()["type"] == ENDED
    assert read(house, second).status_code == 200
    assert jean.call("DELETE", ADDRESS).status_code == 204
    assert read(house, second).status_code == 404
    assert jean.get(ADDRESS).json() == {"since": None}
    assert jean.call("DELETE", ADDRESS).status_code == 204, "again is no error"


def freezes(house: House, email: str, language: str = "en") -> list[Any]:
    """The events of somebody's calendar that are freezes, in its order."""
    answer = read(house, made(house, email, language))
    assert answer.status_code == 200, answer.text
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    return [each for each in events if str(each["summary"]).startswith(("Freeze", "Gel"))]


def test_freezes_stand_beside_what_is_planned(own_house: House) -> None:
    """Once an occurrence, with reason and rule, in UTC: of one's own tenants, and none of another's."""
    monday = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    weekly = freeze(
        monday, monday + timedelta(hours=8), "Nobody is here", every="FREQ=WEEKLY;COUNT=3", zone="Asia/Tokyo"
    )
    scope: dict[str, Any] = {"tenants": ["tenant-finance", "tenant-retail"], "names": ["secret-*"], "impacts": ["high"]}
    demos: dict[str, str | None] = {"rules/weekend.yaml": None}
    own_house.commit(demos | rule("weekly", freezes=[weekly]) | frozen(datetime.now(UTC), **scope))
    books, *weeks = sorted(
        freezes(own_house, JEAN), key=lambda each: str(each["summary"]) != "Freeze: The books are closed"
    )
    assert str(books["description"]) == (
        "Nothing is launched, by the rule year-end\ntenant-finance, high impact, some targets only"
    )
    begins = monday - timedelta(hours=9)
    assert [each.decoded("dtstart") for each in weeks] == [begins + timedelta(days=7 * week) for week in range(3)]
    assert weeks[0].decoded("dtend") == begins + timedelta(hours=8)
    assert str(weeks[0]["description"]) == "Nothing is launched, by the rule weekly"
    assert len({str(each["uid"]) for each in (books, *weeks)}) == 4
    assert [str(each["uid"]) for each in freezes(own_house, LEA)] == [str(each["uid"]) for each in weeks]
    assert len(freezes(own_house, HUGO)) == 4
    french = {str(each["summary"]) for each in freezes(own_house, PIERRE, "fr")}
    assert french == {"Gel : The books are closed", "Gel : Nobody is here"}


def feed(**changes: Any) -> CalendarFeed:
    now = datetime.now(UTC)
    whose = {"email": ALICE, "sub": f"demo|{ALICE}", "issuer": None}
    return CalendarFeed.model_validate({"id": "0" * 32, "language": "en", "at": now, **whose, **changes})


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("guess", id="no signature"),
        pytest.param("a.b.c", id="a form of one"),
        pytest.param(sealed(feed(), new_key()), id="a key that the record does not have"),
        pytest.param(sealed(feed(), KEY), id="the record's key, and no such address in the record"),
    ],
)
def test_nobody_makes_an_address_up(house: House, key: str) -> None:
    """Nor does a good signature do for an address that its owner never took."""
    assert read(house, f"/v1/calendar.ics?key={key}").json()["type"] == ENDED


def test_a_link_or_a_token_is_no_address(house: House) -> None:
    """Each kind of signature is good for its own use alone; an address is no token either."""
    assert read(house, f"/v1/calendar.ics?key={house.as_(JEAN).token}").status_code == 404
    key = made(house, JEAN).partition("key=")[2]
    assert house.as_(JEAN, token=key).get("").status_code == 401
    assert read(house, f"/v1/shared/{key}").status_code == 404


def test_whoever_loses_their_roles_sees_nothing_any_more(own_house: House) -> None:
    """An address holds no right of its own."""
    address = made(own_house, LEA)
    assert read(own_house, address).status_code == 200
    path = "tenants/tenant-logistics.yaml"
    own_house.commit({path: own_house.text(path).replace(LEA, "somebody.else@cab-i.com")})
    assert read(own_house, address).json()["type"] == ENDED


def test_an_unreadable_list_of_addresses_shows_nothing(own_house: House) -> None:
    """Which of them were ended is not known then."""
    address = made(own_house, JEAN)
    git = pygit2.Repository(str(own_house.git))
    ref = git.references["refs/people/calendars"]
    (folder,) = ref.peel(pygit2.Tree)
    ((name, _),) = [(str(each.name), each) for each in git[folder.id].peel(pygit2.Tree)]
    inner, outer = git.TreeBuilder(), git.TreeBuilder()
    inner.insert(name, git.create_blob(b"]["), pygit2.enums.FileMode.BLOB)
    outer.insert(str(folder.name), inner.write(), pygit2.enums.FileMode.TREE)
    who = pygit2.Signature("Somebody", "somebody@cab-i.com")
    ref.set_target(git.create_commit(None, who, who, "damage", outer.write(), [ref.target]))
    assert read(own_house, address).status_code == 503


def test_looks_at_calendars_are_limited(connect_temporal: Any, tmp_path: Path) -> None:
    """A program that asks all the time, or somebody who guesses, is told to wait."""
    with opened(connect_temporal, tmp_path, links_per_minute=3) as house:
        address = made(house, JEAN)
        assert [read(house, address).status_code for _ in range(4)] == [200, 200, 200, 429]


def of_time(house: House, email: str, since: datetime, until: datetime) -> httpx.Response:
    return house.as_(email).get("/v1/calendar/freezes", params={"from": f"{since:%Y-%m-%d}", "to": f"{until:%Y-%m-%d}"})


def test_a_page_is_told_when_freezes_hold(own_house: House) -> None:
    """Those that touch the time, of one's own tenants; for which part of them, and never which targets."""
    monday = datetime(2031, 3, 3, tzinfo=UTC)
    weekly = freeze(monday, monday + timedelta(hours=8), "Nobody is here", every="FREQ=WEEKLY", zone="UTC")
    scope = {"tenants": ["tenant-finance", "tenant-retail"], "names": ["secret-*"], "impacts": ["high"]}
    books = freeze(monday + timedelta(days=1), monday + timedelta(days=2), "The books are closed", zone="UTC")
    none: dict[str, str | None] = {"rules/weekend.yaml": None}
    own_house.commit(none | rule("weekly", freezes=[weekly]) | rule("books", freezes=[books], match=scope))
    seen = of_time(own_house, JEAN, monday, monday + timedelta(days=13)).json()
    assert [(each["rule"], each["begins"][:10]) for each in seen] == [
        ("weekly", "2031-03-03"),
        ("books", "2031-03-04"),
        ("weekly", "2031-03-10"),
    ]
    assert seen[1] == {
        "begins": "2031-03-04T00:00:00Z",
        "ends": "2031-03-05T00:00:00Z",
        "rule": "books",
        "reason": "The books are closed",
        "tenants": ["tenant-finance"],
        "types": [],
        "impacts": ["high"],
        "someTargets": True,
    }
    assert "secret" not in of_time(own_house, JEAN, monday, monday).text
    assert [each["rule"] for each in of_time(own_house, LEA, monday, monday + timedelta(days=2)).json()] == ["weekly"]
    assert of_time(own_house, NOBODY, monday, monday).json() == []


def test_no_more_than_a_year_of_freezes_is_asked_for(house: House) -> None:
    """A daily freeze of all times would never be told to its end; and a time ends after it begins."""
    first = datetime(2031, 1, 1, tzinfo=UTC)
    assert of_time(house, JEAN, first, first + timedelta(days=399)).status_code == 200
    for days in (400, -1):
        assert refused_fields(of_time(house, JEAN, first, first + timedelta(days=days))) == ["to"]
    assert refused_fields(house.as_(JEAN).get("/v1/calendar/freezes")) == ["from", "to"]
