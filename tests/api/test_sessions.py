"""Sessions that end before their tokens do: by the provider's word, or by somebody's hand."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

import cli
from api.logouts import EVENT, TOLD_WITHIN
from domain.sessions import Revocation
from record.git.repository import open_repository
from record.git.sessions import REVOKED, revoke
from tests.api.house import JEAN, PIERRE, SOPHIE, VICTOR, Connect, House, opened, problem
from tests.api.issuer import ISSUER
from tests.api.test_outages import own_temporal
from tests.record.building import bare
from tests.record.trail.trails import noted

LOGOUT = "/v1/sessions/logout"
SECONDS = 30.0
"""The time within which the other API has to know."""


def logout_token(house: House, signed_by: ECKey | None = None, typ: str | None = "logout+jwt", **changes: Any) -> str:
    """A good logout token of Pierre's session `s-1`, changed; None leaves a claim out."""
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": "prodgate",
        "iat": now,
        "exp": now + 120,
        "jti": f"logout-{time.monotonic_ns()}",
        "events": {EVENT: {}},
        "sid": "s-1",
        "sub": f"demo|{PIERRE}",
    }
    claims = {name: value for name, value in (good | changes).items() if value is not None}
    key = signed_by or house.issuer.key
    header = {"alg": "ES256", "kid": house.issuer.key.kid} | ({"typ": typ} if typ else {})
    return jwt.encode(header, claims, key)


def logged_out(house: House, token: str) -> httpx.Response:
    return house.http().post(LOGOUT, data={"logout_token": token})


def refused_within(house: House, token: str, url: str, seconds: float = SECONDS) -> float:
    """The seconds until the API at the address refuses the token as one of an ended session."""
    since = time.monotonic()
    while (answer := house.as_("", url, token).get("/my")).status_code != 401:
        assert time.monotonic() - since < seconds, "the session goes on"
        time.sleep(0.05)
    assert problem(answer)["type"] == "urn:prodgate:problem:session-revoked"
    return time.monotonic() - since


@pytest.fixture
def two(own_house: House) -> tuple[House, str]:
    """A house, and the address of its second API."""
    return own_house, own_house.another_api()


# -- the provider's word -----------------------------------------------------------------------------------------------


def test_a_session_that_the_provider_ended_is_refused_by_every_api(two: tuple[House, str]) -> None:
    """At once by the API that was told, within seconds by the other; another session of theirs goes on."""
    house, other = two
    ended, goes_on = (house.issuer.token(PIERRE, sid=sid) for sid in ("s-1", "s-2"))
    assert house.as_("", other, ended).get("/my").status_code == 200
    answer = logged_out(house, logout_token(house))
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Cache-Control"] == "no-store"
    refused_within(house, ended, house.url, 0.5)
    refused_within(house, ended, other)
    assert house.as_("", other, goes_on).get("/my").status_code == 200


def test_apis_with_clones_of_their_own_know_it_too(connect_temporal: Connect, tmp_path: Path) -> None:
    """Where the record is a URL, each call fetches what is new."""
    with opened(connect_temporal, tmp_path, git_repo=f"file://{tmp_path}/gitops.git") as house:
        other = house.another_api()
        token = house.issuer.token(PIERRE, sid="s-1")
        assert house.as_("", other, token).get("/my").status_code == 200
        assert logged_out(house, logout_token(house)).status_code == 200
        refused_within(house, token, other)


def test_a_token_without_sid_ends_with_its_bearers_session(own_house: House) -> None:
    """Nobody can tell of which session it is: it is refused. What is issued after the logout is not."""
    now = int(time.time())
    before, after = (own_house.issuer.token(PIERRE, iat=now + shift) for shift in (-60, 10))
    assert logged_out(own_house, logout_token(own_house)).status_code == 200
    refused_within(own_house, before, own_house.url, 0.5)
    assert own_house.as_("", token=after).get("/my").status_code == 200


def test_a_logout_by_sub_ends_all_that_was_issued_up_to_then(own_house: House) -> None:
    """A new sign-in works, and nobody else is signed out."""
    now = int(time.time())
    before, after = (own_house.issuer.token(PIERRE, iat=now + shift, sid="s-9") for shift in (-60, 10))
    assert logged_out(own_house, logout_token(own_house, sid=None)).status_code == 200
    refused_within(own_house, before, own_house.url, 0.5)
    assert own_house.as_("", token=after).get("/my").status_code == 200
    assert own_house.as_(JEAN).get("/my").status_code == 200


AN_HOUR = 3_600
WRONG: dict[str, dict[str, Any]] = {
    "of another issuer": {"iss": "https://elsewhere.example"},
    "for another client": {"aud": "another"},
    "without iat": {"iat": None},
    "from the future": {"iat": int(time.time()) + AN_HOUR},
    "too old": {"iat": int(time.time()) - int(TOLD_WITHIN.total_seconds()) - 60},
    "iat as text": {"iat": "now"},
    "without exp": {"exp": None},
    "expired": {"exp": int(time.time()) - AN_HOUR},
    "without jti": {"jti": None},
    "a number as jti": {"jti": 7},
    "empty jti": {"jti": ""},
    "without events": {"events": None},
    "no event": {"events": {}},
    "events as a list": {"events": [EVENT]},
    "an event that is no object": {"events": {EVENT: True}},
    "with a nonce": {"nonce": "n"},
    "of nobody": {"sid": None, "sub": None},
    "a number as sid": {"sid": 7},
    "a long sid": {"sid": "x" * 300},
    "an object as sub": {"sub": {"a": 1}},
    "signed by another key": {"signed_by": ECKey.generate_key("P-256")},
    "of another type": {"typ": "at+jwt"},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG)
def test_what_is_no_logout_token_ends_nothing(house: House, changes: dict[str, Any]) -> None:
    """400 and why, by the rules of section 2.6."""
    token = house.issuer.token(PIERRE, sid="s-1")
    answer = logged_out(house, logout_token(house, **changes))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "no-store"), answer.text
    assert problem(answer)["type"] == "urn:prodgate:problem:logout-refused"
    assert house.as_("", token=token).get("/my").status_code == 200


@pytest.mark.parametrize("body", [b"", b"logout_token=", b"logout_token=a&logout_token=b", b"\xff", b"{}", b"a=b"])
def test_what_is_no_form_with_a_logout_token_is_refused(house: House, body: bytes) -> None:
    """And so is an ID token, or a token for the API, in its place."""
    assert house.http().post(LOGOUT, content=body).status_code == 400
    assert logged_out(house, house.issuer.token(PIERRE)).status_code == 400
    assert logged_out(house, "a" * 9_000).status_code == 400
    none = "eyJhbGciOiJub25lIn0." + logout_token(house).split(".")[1] + "."
    assert logged_out(house, none).status_code == 400


def test_a_logout_token_counts_once_on_whichever_api(two: tuple[House, str]) -> None:
    """Of copies that come together one is taken."""
    house, other = two
    token = logout_token(house, sid="s-7", sub=None)
    with ThreadPoolExecutor(8) as threads:
        urls = [house.url, other] * 4
        answers = list(threads.map(lambda url: house.http(url).post(LOGOUT, data={"logout_token": token}), urls))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
    assert {problem(answer)["detail"] for answer in answers if answer.status_code == 400} == {
        "The logout token was used before"
    }


def test_a_logout_token_is_no_bearer_token(house: House) -> None:
    """It names a person, too, and proves nothing of who sends it."""
    token = logout_token(house, email=PIERRE, email_verified=True)
    assert house.as_("", token=token).get("/my").status_code == 401


def test_a_logout_that_cannot_be_recorded_says_so_and_counts_here(tmp_path: Path) -> None:
    """400, as the provider expects; here the right is taken away already."""
    with own_temporal() as (connect, stack), opened(connect, tmp_path) as house:
        token = house.issuer.token(PIERRE, sid="s-1")
        assert house.as_("", token=token).get("/my").status_code == 200
        house.run(house.stop_worker())
        house.run(stack.aclose())
        answer = logged_out(house, logout_token(house))
        assert answer.status_code == 400
        assert "can't be reached now" in problem(answer)["detail"]
        refused_within(house, token, house.url, 0.5)


# -- by hand -----------------------------------------------------------------------------------------------------------


def by_hand(house: House, monkeypatch: pytest.MonkeyPatch, *named: str) -> int:
    monkeypatch.setenv("PRODGATE_GIT_REPO", str(house.git))
    return cli.main(["sessions", "revoke", "--data", str(house.folder / "by-hand"), *named])


def test_a_person_is_signed_out_everywhere_and_what_they_decided_stays(
    two: tuple[House, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By any address of theirs, whatever address their token names; a new sign-in works."""
    house, other = two
    now = int(time.time())
    ticket_id = house.approved_by_jean()
    old, sophies = house.issuer.token(JEAN, iat=now - 60), house.issuer.token(SOPHIE, iat=now - 60)
    assert by_hand(house, monkeypatch, "--person", JEAN.upper(), "--reason", "lost laptop") == 0
    refused_within(house, old, house.url)
    refused_within(house, old, other)
    repository = open_repository(str(house.git), "main", house.folder / "by-hand")
    revoke(repository, Revocation.by_hand(datetime.now(UTC) - timedelta(seconds=40), "", person=SOPHIE))
    refused_within(house, sophies, other)
    assert house.as_(SOPHIE, other).get("/my").status_code == 200, "a new sign-in works"
    assert house.until(ticket_id, "deployed")["status"]["approvedBy"] == JEAN


def test_one_token_is_refused_and_another_of_the_same_session_is_not(
    two: tuple[House, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its jti."""
    house, other = two
    lost, kept = (house.issuer.token(JEAN, jti=jti, sid="s-3") for jti in ("t-1", "t-2"))
    assert by_hand(house, monkeypatch, "--jti", "t-1") == 0
    refused_within(house, lost, other)
    assert house.as_("", other, kept).get("/my").status_code == 200
    assert by_hand(house, monkeypatch, "--sid", "s-3") == 0
    refused_within(house, kept, other)


def test_a_wrong_name_is_refused_by_the_command(
    own_house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and a sentence; 1 where the repository is not there. An unknown address is taken, with a doubt."""
    assert by_hand(own_house, monkeypatch, "--person", "jaen.dupont@cab-i.com") == 0
    assert "nobody of this address" in capsys.readouterr().err
    assert by_hand(own_house, monkeypatch, "--person", VICTOR) == 0
    assert capsys.readouterr().err == ""
    assert by_hand(own_house, monkeypatch, "--person", "nobody") == 2
    assert "person" in capsys.readouterr().err
    monkeypatch.setenv("PRODGATE_GIT_REPO", str(own_house.folder / "nowhere"))
    assert cli.main(["sessions", "revoke", "--jti", "x"]) == 1


def test_what_is_revoked_by_command_is_noted_and_is_revoked_where_it_can_not_be(
    own_house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the reason; a trail that is away takes nobody their rights back."""
    trail = bare(own_house.folder / "trail.git")
    monkeypatch.setenv("PRODGATE_AUDIT_REPO", str(trail))
    assert by_hand(own_house, monkeypatch, "--jti", "t-1", "--reason", "lost laptop") == 0
    assert noted(trail, own_house.folder) == [("logout", "revoked: jti t-1 lost laptop")]
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("PRODGATE_AUDIT_REPO", str(own_house.folder / "nowhere.git"))
    token = own_house.issuer.token(JEAN, jti="t-2")
    assert by_hand(own_house, monkeypatch, "--jti", "t-2") == 0
    assert "not noted" in capsys.readouterr().err
    refused_within(own_house, token, own_house.url)


def listening(house: House, url: str, token: str, opened_: threading.Event) -> float:
    """The monotonic time at which the stream of events ended."""
    with house.http(url).stream("GET", "/v1/events", headers={"Authorization": f"Bearer {token}"}) as stream:
        for _ in stream.iter_raw():
            opened_.set()
    return time.monotonic()


def test_an_open_stream_ends_with_its_session(two: tuple[House, str]) -> None:
    """On the other API, where nothing else happens."""
    house, other = two
    opened_ = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        ended = threads.submit(listening, house, other, house.issuer.token(PIERRE, sid="s-1"), opened_)
        assert opened_.wait(60)
        since = time.monotonic()
        assert logged_out(house, logout_token(house)).status_code == 200
        took = ended.result(120) - since
    assert took < SECONDS


# -- faults ------------------------------------------------------------------------------------------------------------


def test_where_the_list_cannot_be_read_nothing_is_approved(own_house: House) -> None:
    """Rejecting and reading go on; what was on the list stays refused."""
    repository = open_repository(str(own_house.git), "main", own_house.folder / "by-hand")
    revoke(repository, Revocation.by_hand(datetime.now(UTC) - timedelta(seconds=60), "", jti="t-1"))
    lost = own_house.issuer.token(JEAN, jti="t-1")
    refused_within(own_house, lost, own_house.url)
    ids = [own_house.as_(PIERRE).create()["metadata"]["id"] for _ in range(2)]
    journal = repository.journal(REVOKED)
    journal.open()
    journal.append({"0/00/00.json": b"{nonsense"}, "By hand")
    own_house.known_for = 0.0  # of the next API: it is certain of nothing that it could not read just now
    api = own_house.as_(JEAN, own_house.another_api())
    answer = api.decide("approve", ids[0])
    assert answer.status_code == 503
    assert problem(answer)["type"] == "urn:prodgate:problem:revocations-unknown"
    assert api.decide("reject", ids[1]).status_code == 200
    assert api.get("/my").status_code == 200
    refused_within(own_house, lost, str(api.http.base_url), 0.1)
