"""The record's word is in memory where nobody may wait: a slow or hanging disk keeps no validator waiting."""

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from domain import lifecycle
from domain.decision import DecisionAction
from domain.errors import RecordBehind, Unproven
from domain.ticket import PromotionRequest
from record.facts.controls import Controls
from record.facts.identities import Identities
from record.facts.known import LOOK_EVERY, RETRIED_WITHIN, KnownRecord
from record.git.repository import open_repository
from record.index.reader import Index
from record.people.directory import DirectoryReader
from record.signing.keys import KeyReader
from record.signing.proofs import Proofs
from record.signing.signatures import new_key, signed
from tests.company import found
from tests.domain.builders import JEAN, decision, pending
from tests.record.building import Story, branch_hangs, catalogue_opens, number, person_commits, publish_key
from tests.signing import KEY, key_file
from workflows.options import RETRY_WINDOW

APPROVE, REJECT, CANCEL, RETRY, *_ = DecisionAction


@dataclass
class Told:
    """A record with a company, and what a worker knows of it."""

    git: Path
    index: Index
    known: KnownRecord

    @property
    def proofs(self) -> Proofs:
        return Proofs(self.known, self.known.check_person)

    async def ticket(self, index: int, *actions: str, **fields: Any) -> PromotionRequest:
        story = Story(self.known.repository, pending(id=number(index), **fields))
        await story.create()
        return (await story.then(*actions)).ticket

    def until(self, what: Callable[[], bool], within: float = 60) -> None:
        """Wait until it is so."""
        end = time.monotonic() + within
        while not what():
            assert time.monotonic() < end
            time.sleep(LOOK_EVERY / 10)

    def knows(self, ticket: PromotionRequest) -> None:
        self.until(lambda: self.known.target(ticket).unknown is None)


def following(git: Path, location: str, folder: Path, known_for: float = 60.0) -> Told:
    repository = open_repository(location, "main", folder)
    index, directory, keys = Index(repository, folder / "index.db"), DirectoryReader(repository), KeyReader(repository)
    controls = Controls.of(repository, directory, index)
    known = KnownRecord(repository, index, controls, keys, Identities(repository, index, keys), known_for)
    known.start()
    return Told(git, index, known)


@pytest.fixture
def git(tmp_path: Path) -> Path:
    found(tmp_path / "gitops.git")
    publish_key(tmp_path / "gitops.git")
    return tmp_path / "gitops.git"


@pytest.fixture
def told(git: Path, tmp_path: Path) -> Iterator[Told]:
    made = following(git, str(git), tmp_path / "worker")
    yield made
    made.known.close()
    made.index.close()


@contextmanager
def hanging(told: Told) -> Iterator[None]:
    """Whoever reads the branch waits for a pipe that nobody writes, whoever asks the index for its lock."""
    held, over = Event(), Event()

    def hold() -> None:
        with told.index.still():
            held.set()
            over.wait()

    holding = Thread(target=hold)
    holding.start()
    held.wait()
    try:
        with branch_hangs(told.git):
            time.sleep(3 * LOOK_EVERY)  # until the thread that follows the record hangs, too
            yield
    finally:
        over.set()
        holding.join()


TOUCHED: dict[int, list[str]] = {}
"""The acts of watched threads, as the interpreter tells them: opened files, connections, started processes."""
IO = ("open", "os.", "sqlite3.", "subprocess.", "socket.", "shutil.", "fcntl.", "glob.", "pathlib.", "time.sleep")


def _hook(event: str, _: tuple[Any, ...]) -> None:
    if (seen := TOUCHED.get(threading.get_ident())) is not None and event.startswith(IO):
        seen.append(event)


sys.addaudithook(_hook)


@contextmanager
def watched() -> Iterator[list[str]]:
    """This thread's acts on the world meanwhile."""
    seen = TOUCHED[threading.get_ident()] = []
    try:
        yield seen
    finally:
        del TOUCHED[threading.get_ident()]


def validated(told: Told, ticket: PromotionRequest) -> None:
    """All that a validator asks of the record for an approval."""
    made = signed(decision(ticket, APPROVE, JEAN, production="2.0.0"), KEY)
    told.proofs.check_decision(made, ticket.id, made.at)
    lifecycle.check(ticket, made, made.at, None, told.known.target(ticket))


async def test_a_validation_touches_no_file_and_no_database(told: Told) -> None:
    """Nor does one that is refused for a key or a ticket that nobody knows. The reader beside shows that it is seen."""
    ticket = await told.ticket(1)
    told.knows(ticket)
    with watched() as seen:
        validated(told, ticket)
        assert told.known.target(pending(id=number(9))).unknown is not None
        made = signed(decision(ticket, APPROVE, JEAN), new_key())
        with pytest.raises(Unproven):
            told.proofs.check_decision(made, ticket.id, made.at)
    assert seen == []
    with watched() as seen:
        told.known.controls.of_ticket(ticket)
    assert "open" in seen


async def test_a_record_that_hangs_keeps_no_validation_waiting(told: Told) -> None:
    """The branch is a pipe without a writer and the index is locked: answers come all the same, by what was known."""
    ticket = await told.ticket(1)
    told.knows(ticket)
    with hanging(told):
        validated(told, ticket)
        assert told.known.target(pending(id=number(9))).unknown is not None
    later = await told.ticket(2)
    told.knows(later)


@pytest.mark.parametrize("gone", ["away", "empty"])
def test_what_is_known_too_long_gives_no_rights(git: Path, tmp_path: Path, gone: str) -> None:
    """Git is away: an approval is refused, with the word to try again, and a rejection is not; until it is back."""
    made = following(git, str(git), tmp_path / "worker", known_for=0.5)

    ticket = asyncio.run(made.ticket(1))
    made.knows(ticket)
    away = git.rename(tmp_path / "away.git")
    if gone == "empty":
        git.mkdir()
    validated(made, ticket)
    made.until(lambda: made.known.target(ticket).unknown is not None)
    with pytest.raises(RecordBehind, match="try again"):
        validated(made, ticket)
    refused = signed(decision(ticket, REJECT, JEAN, reason="The plan lacks the database"), KEY)
    made.proofs.check_decision(refused, ticket.id, refused.at)
    lifecycle.check(ticket, refused, refused.at, None, None)
    if gone == "empty":
        git.rmdir()
    away.rename(git)
    made.knows(ticket)
    validated(made, ticket)
    made.known.close()
    made.index.close()


async def test_a_ticket_and_a_key_of_a_moment_ago_are_known_a_moment_later(git: Path, tmp_path: Path) -> None:
    """Another process wrote them to the remote: what isn't known is refused and looked for."""
    made, other = (following(git, f"file://{git}", tmp_path / name) for name in ("worker", "other"))
    ticket, key = await other.ticket(1), new_key()
    made.knows(ticket)
    person_commits(git, key_file(key))
    by_the_new_one = signed(decision(ticket, APPROVE, JEAN), key)
    with pytest.raises(Unproven, match="has no key"):
        made.proofs.check_decision(by_the_new_one, ticket.id, by_the_new_one.at)
    made.until(lambda: key.thumbprint() in made.known.with_key(key.thumbprint()).known)
    made.proofs.check_decision(by_the_new_one, ticket.id, by_the_new_one.at)
    for each in (made, other):
        each.known.close()
        each.index.close()


def test_before_the_record_could_be_read_nobody_has_rights(tmp_path: Path) -> None:
    """A worker starts while its Git server is down: the word is to try again, and no forger learns more."""
    made = following(tmp_path, f"file://{tmp_path}/nowhere.git", tmp_path / "worker")
    signed_well = signed(decision(pending(), APPROVE, JEAN), KEY)
    with pytest.raises(RecordBehind):
        made.proofs.check_decision(signed_well, "PR-2026-0001", signed_well.at)
    assert made.known.target(pending()).unknown is not None
    made.known.close()
    made.index.close()


async def test_it_tells_of_a_target_what_reading_the_record_tells(told: Told) -> None:
    """Production's version, the versions on their way there, the first owner: of open requests and of failed ones."""
    catalogue_opens(told.git)
    at = datetime.now(UTC) - timedelta(hours=1)
    await told.ticket(1, "approved", "deploying", "deployed", at=at)
    await told.ticket(2, "approved", at=at)
    failed = await told.ticket(3, "approved", "deploying", "failed", at=at)
    ticket = await told.ticket(4, at=at)
    told.knows(ticket)
    told.knows(failed)
    for each in (ticket, failed):
        told.until(lambda each=each: told.known.target(each) == told.known.controls.of_ticket(each))  # type: ignore[misc]
    facts = told.known.target(ticket)
    version = ticket.spec.target.version
    assert (facts.production, facts.coming) == (version, (version,))


def test_a_failed_request_is_known_as_long_as_it_may_be_retried() -> None:
    """The promotion waits for a retry no longer than the snapshot remembers it."""
    assert RETRIED_WITHIN > RETRY_WINDOW
