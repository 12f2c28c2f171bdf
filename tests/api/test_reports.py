"""Reports and the links to their files, through HTTP, with a real worker, store and Git behind."""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from api.making import ORDERS_PER_MINUTE
from domain.links import DocumentLink
from record.signing.signatures import sealed
from tests.api.house import ALICE, EMMA, HUGO, JEAN, NICOLAS, NOBODY, PIERRE, SOPHIE, VICTOR, House, opened
from tests.signing import KEY, WORKER_KEY

REPORTS, LINKS = "/v1/reports", "/v1/links"
FINANCE, LOGISTICS, RETAIL = "tenant-finance", "tenant-logistics", "tenant-retail"
REGISTER = {"kind": "change-register", "forms": ["html"]}


def kind(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


def ordered(house: House, email: str = ALICE, **asked: Any) -> dict[str, Any]:
    """A report, once it has ended; orders are limited, so tests share theirs where they can."""
    answer = house.as_(email).post(REPORTS, json=REGISTER | asked)
    assert answer.status_code == 202, answer.text
    return ended(house, answer.json()["id"], email)


def ended(house: House, report: str, email: str = ALICE, within: float = 90) -> dict[str, Any]:
    end = time.monotonic() + within
    while True:
        found: dict[str, Any] = house.as_(email).get(f"{REPORTS}/{report}").json()
        if found["state"] != "making":
            return found
        assert time.monotonic() < end, found
        time.sleep(0.1)


@pytest.fixture(scope="module")
def everybodys(house: House) -> dict[str, Any]:
    """A register of every tenant, ordered by an administrator."""
    return ordered(house)


def link(house: House, report: dict[str, Any], email: str = ALICE, tenant: str = FINANCE, **asked: Any) -> str:
    """The path of a new link."""
    body = {"report": report["id"], "tenant": tenant, "form": "html"} | asked
    answer = house.as_(email).post(LINKS, json=body)
    assert answer.status_code == 201, answer.text
    path: str = urlsplit(answer.json()["url"]).path
    return path


def test_an_order_is_answered_at_once_and_found_at_its_address(house: House) -> None:
    """With who asked, for what, and a part for each tenant."""
    answer = house.as_(JEAN).post(REPORTS, json=REGISTER)
    made = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (202, f"{REPORTS}/{made['id']}")
    assert (made["by"], made["kind"], made["month"], made["state"]) == (JEAN, "change-register", None, "making")
    assert [part["tenant"] for part in made["parts"]] == [FINANCE]
    found = ended(house, made["id"], JEAN)
    assert (found["state"], found["made"], found["total"]) == ("made", 1, 1)
    (file,) = found["parts"][0]["files"]
    assert file["name"].endswith(".html")
    assert file["size"] > 0


def test_a_report_of_more_tenants_than_it_has_parts_is_refused_and_not_cut(
    own_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer names the field by which to ask for fewer."""
    monkeypatch.setattr("domain.reports.MOST_TENANTS", 2)
    answer = own_house.as_(ALICE).post(REPORTS, json=REGISTER)
    assert kind(answer) == (422, "report-too-large")
    assert [each["field"] for each in answer.json()["errors"]] == ["tenants"]
    assert own_house.as_(ALICE).post(REPORTS, json=REGISTER | {"tenants": [FINANCE, RETAIL]}).status_code == 202


def test_each_sees_the_parts_of_their_tenants(house: House, everybodys: dict[str, Any]) -> None:
    """An administrator all of them; what is of no tenant of theirs, there is not."""
    path = f"{REPORTS}/{everybodys['id']}"
    assert {part["tenant"] for part in everybodys["parts"]} == {FINANCE, LOGISTICS, RETAIL}
    assert [part["tenant"] for part in house.as_(EMMA).get(path).json()["parts"]] == [RETAIL]
    assert {part["tenant"] for part in house.as_(SOPHIE).get(path).json()["parts"]} <= {FINANCE, LOGISTICS}
    finances = ordered(house, JEAN)
    assert kind(house.as_(EMMA).get(f"{REPORTS}/{finances['id']}")) == (404, "not-found")
    assert finances["id"] not in [each["id"] for each in house.as_(EMMA).get(REPORTS).json()]
    assert finances["id"] in [each["id"] for each in house.as_(ALICE).get(REPORTS).json()]


@pytest.mark.parametrize("email", [PIERRE, VICTOR, HUGO, NOBODY])
def test_nobody_else_has_reports(house: House, everybodys: dict[str, Any], email: str) -> None:
    """Neither devops nor viewers nor whoever has no role: whatever they ask for."""
    body = {"report": everybodys["id"], "tenant": FINANCE, "form": "html"}
    asked = [("POST", REPORTS, REGISTER), ("GET", REPORTS, None), ("GET", f"{REPORTS}/{everybodys['id']}", None)]
    for method, path, sent in [*asked, ("POST", LINKS, body), ("GET", link(house, everybodys), None)]:
        assert house.as_(email).call(method, path, json=sent).status_code == 403, path
    for method, path, sent in asked:
        assert house.http().request(method, path, json=sent).status_code == 401


def test_a_tenant_of_somebody_else_is_refused_and_one_that_is_none_is_not_there(house: House) -> None:
    """Whether it exists is told to nobody who may not know."""
    for tenant in (RETAIL, "tenant-nowhere"):
        answer = house.as_(JEAN).post(REPORTS, json=REGISTER | {"tenants": [tenant]})
        assert kind(answer) == (403, "not-authorized")
    assert kind(house.as_(ALICE).post(REPORTS, json=REGISTER | {"tenants": ["tenant-nowhere"]})) == (404, "not-found")


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "evidence-pack"},
        {"kind": "monthly-report"},
        {"month": "2999-01"},
        {"month": "1999-12"},
        {"month": "2026-13"},
        {"forms": []},
        {"forms": ["docx"]},
        {"tenants": ["../../etc"]},
        {"language": "de"},
        {"more": 1},
    ],
)
def test_an_order_that_is_none_is_refused(house: House, changed: dict[str, Any]) -> None:
    """Another kind, a month that has not begun, no format, a tenant that could be a path."""
    assert house.as_(ALICE).post(REPORTS, json=REGISTER | changed).status_code == 422


@pytest.mark.parametrize("report", ["../secrets", "%2e%2e%2fx", "0f3a9c2e-2026-11-29T08:00:00Z", "a" * 64, "x" * 65])
def test_a_report_that_is_none_is_not_there(house: House, report: str) -> None:
    """Whatever its name looks like."""
    for method, path in (("GET", ""), ("POST", "/cancel"), ("POST", f"/parts/{FINANCE}/retry")):
        assert house.as_(ALICE).call(method, f"{REPORTS}/{report}{path}").status_code in (404, 405, 422)


def test_the_history_comes_in_pages(house: House, everybodys: dict[str, Any]) -> None:
    """The newest first; two of one second, too, each once. Each page counts them all and leads on as other lists do."""
    for _ in range(2):
        ordered(house, NICOLAS)
    seen: list[str] = []
    asked: dict[str, Any] = {"limit": 1}
    totals: set[int] = set()
    while True:
        answer = house.as_(ALICE).get(REPORTS, params=asked)
        seen += [each["id"] for each in answer.json()]
        totals.add(int(answer.headers["X-Total-Count"]))
        if "X-Next-Cursor" not in answer.headers:
            break
        asked["cursor"] = answer.headers["X-Next-Cursor"]
        following = answer.links["next"]["url"]
        assert parse_qs(urlsplit(following).query) == {name: [str(each)] for name, each in asked.items()}
    assert totals == {len(seen)}
    assert len(seen) == len(set(seen))
    assert everybodys["id"] in seen
    times = [each.partition("-")[2] for each in seen]
    assert times == sorted(times, reverse=True)


def test_a_link_gives_the_file_once(house: House, everybodys: dict[str, Any]) -> None:
    """Byte for byte what the history has the hash of, as a file to keep."""
    path = link(house, everybodys)
    answer = house.as_(ALICE).get(path)
    part = next(part for part in everybodys["parts"] if part["tenant"] == FINANCE)
    assert hashlib.sha256(answer.content).hexdigest() == part["files"][0]["sha256"]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{part["files"][0]["name"]}"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert kind(house.as_(ALICE).get(path)) == (410, "link-used")


def test_a_link_works_once_over_all_processes_of_the_api(house: House, everybodys: dict[str, Any]) -> None:
    """Two processes and sixteen callers at the same instant: one of them gets the file."""
    other = house.another_api()
    for _ in range(5):
        path, gate, answers = link(house, everybodys), threading.Barrier(16), list[int]()

        def fetch(number: int, path: str = path, gate: threading.Barrier = gate, found: Any = answers) -> None:
            caller = house.as_(ALICE, api=other if number % 2 else None)
            gate.wait()
            found.append(caller.get(path).status_code)

        threads = [threading.Thread(target=fetch, args=[number]) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200] + [410] * 15


def test_a_bound_link_is_its_maker_s_alone_and_an_attempt_spends_nothing(
    house: House, everybodys: dict[str, Any]
) -> None:
    """Another administrator, though they may make one of their own."""
    path = link(house, everybodys)
    assert kind(house.as_(NICOLAS).get(path)) == (403, "link-not-yours")
    assert house.http().get(path).status_code == 401
    assert kind(house.http().get(path.replace("/links/", "/shared/"))) == (403, "link-not-yours")
    assert house.as_(ALICE).get(path).status_code == 200


def test_a_shared_link_is_for_whoever_holds_it_once(house: House, everybodys: dict[str, Any]) -> None:
    """Without signing in, as in a mail to an auditor."""
    path = link(house, everybodys, bound=False)
    assert path.startswith("/v1/shared/")
    assert house.http().get(path).status_code == 200
    assert kind(house.http().get(path)) == (410, "link-used")


def test_a_link_that_was_changed_or_signed_by_somebody_else_is_none(house: House, everybodys: dict[str, Any]) -> None:
    """Another tenant, a later end, another key, the worker's key, a decision's signature."""
    path = link(house, everybodys, bound=False)
    token = path.rpartition("/")[2]
    head, body, seal = token.split(".")
    claims = _claims(everybodys)
    forged = [f"{head}.{body}.{seal[:-2]}AA", f"{head}.{body[:-4]}AAAA.{seal}", f"{head}..{seal}"]
    forged += [body, "x" * 4_000, "é", sealed(claims, WORKER_KEY)]
    for each in forged:
        assert kind(house.http().get(f"/v1/shared/{each}")) == (404, "link-invalid"), each
    assert house.http().get(path).status_code == 200


def _claims(report: dict[str, Any], **changed: Any) -> DocumentLink:
    """What the API signs of a shared link of Alice's."""
    now = datetime.now(UTC)
    part = next(part for part in report["parts"] if part["tenant"] == FINANCE)
    said = {"id": hashlib.sha256(repr(changed).encode()).hexdigest()[:32], "report": report["id"], "tenant": FINANCE}
    said |= {"form": "html", "sha256": part["files"][0]["sha256"], "name": "a.html", "at": now, "bound": False}
    said |= {"until": now + timedelta(minutes=1), "email": ALICE, "sub": None, "issuer": None}
    return DocumentLink.model_validate(said | changed)


def test_a_link_ends(house: House, everybodys: dict[str, Any]) -> None:
    """By the time that is signed in it."""
    now = datetime.now(UTC)
    late = _claims(everybodys, at=now - timedelta(minutes=16), until=now - timedelta(seconds=1))
    assert kind(house.http().get(f"/v1/shared/{sealed(late, KEY)}")) == (410, "link-expired")
    assert house.http().get(f"/v1/shared/{sealed(_claims(everybodys), KEY)}").status_code == 200


def test_a_link_of_somebody_who_lost_the_role_gives_nothing(house: House, everybodys: dict[str, Any]) -> None:
    """Rights are those of the moment at which it is used."""
    for email in (PIERRE, NOBODY, EMMA):
        gone = sealed(_claims(everybodys, email=email), KEY)
        assert kind(house.http().get(f"/v1/shared/{gone}")) == (403, "not-authorized")


def test_a_file_that_was_changed_or_removed_in_the_store_is_refused_and_the_link_stays_good(
    house: House, everybodys: dict[str, Any]
) -> None:
    """Until it is what was made again."""
    part = next(part for part in everybodys["parts"] if part["tenant"] == FINANCE)
    kept = house.folder / "documents" / "documents" / FINANCE / part["files"][0]["sha256"]
    path, content = link(house, everybodys), kept.read_bytes()
    kept.write_bytes(content + b"<p>and more")
    assert kind(house.as_(ALICE).get(path)) == (409, "document-damaged")
    kept.unlink()
    assert kind(house.as_(ALICE).get(path)) == (410, "document-gone")
    with store_away(house):
        assert kind(house.as_(ALICE).get(path)) == (503, "storage-down")
    kept.write_bytes(content)
    assert house.as_(ALICE).get(path).content == content


@contextmanager
def store_away(house: House) -> Iterator[None]:
    away = (house.folder / "documents").rename(house.folder / "away")
    try:
        yield
    finally:
        away.rename(house.folder / "documents")


@pytest.mark.parametrize("changed", [{"tenant": RETAIL}, {"form": "pdf"}, {"report": "0f3a9c2e-2026-11-29T08:00:00Z"}])
def test_a_link_is_made_to_files_that_one_may_have(house: House, changed: dict[str, str]) -> None:
    """To no other tenant's, no format that was not made, no report that is none."""
    finances = ordered(house, JEAN)
    body = {"report": finances["id"], "tenant": FINANCE, "form": "html"} | changed
    assert kind(house.as_(JEAN).post(LINKS, json=body)) == (404, "not-found")


def test_a_store_that_is_away_is_told_and_waited_for(own_house: House) -> None:
    """The report names it while it is tried again; made parts can't be retried, nor an ended one be cancelled."""
    with store_away(own_house):
        ready = own_house.http().get("/readyz")
        assert (ready.status_code, ready.json()["documents"]) == (200, "The store of documents can't be reached")
        report = own_house.as_(JEAN).post(REPORTS, json=REGISTER).json()
        path = f"{REPORTS}/{report['id']}"
        end = time.monotonic() + 90
        while not (waits := own_house.as_(JEAN).get(path).json()["parts"][0]["waits"]):
            assert time.monotonic() < end
            time.sleep(0.1)
        assert "is it mounted" in waits
        assert kind(own_house.as_(JEAN).post(f"{path}/parts/{FINANCE}/retry")) == (409, "part-not-retryable")
    assert ended(own_house, report["id"], JEAN)["state"] == "made"
    assert kind(own_house.as_(JEAN).post(f"{path}/parts/{FINANCE}/retry")) == (409, "part-not-retryable")
    assert kind(own_house.as_(JEAN).post(f"{path}/cancel")) == (409, "report-stopped")


def test_a_report_is_cancelled_and_its_parts_are_made_after_all(own_house: House) -> None:
    """By whoever may have all of it: somebody of one tenant stops nobody else's parts."""
    with store_away(own_house):
        report = own_house.as_(ALICE).post(REPORTS, json=REGISTER).json()
        path = f"{REPORTS}/{report['id']}"
        assert kind(own_house.as_(EMMA).post(f"{path}/cancel")) == (403, "not-authorized")
        assert own_house.as_(ALICE).post(f"{path}/cancel").status_code == 202
        assert ended(own_house, report["id"])["state"] == "cancelled"
    assert own_house.as_(EMMA).post(f"{path}/parts/{RETAIL}/retry").status_code == 202
    assert ended(own_house, report["id"], EMMA)["state"] == "made"
    assert ended(own_house, report["id"])["state"] == "cancelled"


def test_without_a_worker_an_order_is_taken_and_found(own_house: House) -> None:
    """And made once there is one again."""
    own_house.run(own_house.stop_worker())
    report = own_house.as_(JEAN).post(REPORTS, json=REGISTER).json()
    found = own_house.as_(JEAN).get(f"{REPORTS}/{report['id']}").json()
    assert (found["state"], found["by"]) == ("making", JEAN)
    own_house.run(own_house.start_worker())
    assert ended(own_house, report["id"], JEAN)["state"] == "made"


def test_orders_and_links_are_limited(connect_temporal: Any, tmp_path: Path) -> None:
    """For one person; others have their own share."""
    with opened(connect_temporal, tmp_path, links_per_minute=3) as house:
        report = ordered(house, JEAN)
        answers = [house.as_(JEAN).post(REPORTS, json=REGISTER).status_code for _ in range(2 * ORDERS_PER_MINUTE)]
        assert 429 in answers  # not at once where a minute ends meanwhile: what came before counts in part
        body = {"report": report["id"], "tenant": FINANCE, "form": "html"}
        assert [house.as_(JEAN).post(LINKS, json=body).status_code for _ in range(4)] == [201, 201, 201, 429]
        assert house.as_(ALICE).post(LINKS, json=body).status_code == 201
        assert [house.http().get("/v1/shared/guess").status_code for _ in range(4)] == [404, 404, 404, 429]
