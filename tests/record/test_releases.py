"""Records that earlier releases made: read, written, fingerprinted and audited as those releases did."""

import json
from pathlib import Path

import pygit2
import pytest

from domain.ticket import PromotionRequest
from record.audit.verify import verify
from record.files.reading import read_ticket
from record.files.writing import text_of
from record.index.reader import Index
from tests.api.house import PLATFORM
from tests.domain.builders import pending
from tests.record.audit.test_verify import forge
from tests.record.building import bare, git, number, opened, person_commits

RELEASES = Path(__file__).parent / "releases"
SAID = json.loads((RELEASES / "0.1.0.json").read_text(encoding="utf-8"))
"""The words of that release's own `verify` on the record, and the fingerprint of each ticket."""


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """The record that 0.1.0 made: two tenants' `payment-api`, moving versions, a date far away, a file with a fault."""
    path = bare(tmp_path / "record.git")
    git(path, "fetch", "--quiet", str(RELEASES / "0.1.0.bundle"), "main:main")
    return path


def tickets(path: Path) -> dict[str, tuple[PromotionRequest, bytes]]:
    """Every ticket of the branch with its file."""
    objects = pygit2.Repository(str(path))
    tree = objects.branches["main"].peel(pygit2.Tree)
    files = [line for line in git(path, "ls-tree", "-r", "--name-only", "main").splitlines() if "/prod/" in line]
    blobs = {file: objects[tree[file].id].peel(pygit2.Blob).data for file in files}
    return {Path(file).stem: (read_ticket(file, data), data) for file, data in blobs.items()}


def said(path: Path) -> list[list[str]]:
    """The audit's findings now, in the form that is kept."""
    return [[each.ticket, each.rule, each.sentence] for each in verify(path)]


def test_its_tickets_are_read_written_and_fingerprinted_as_before(record: Path) -> None:
    """To the byte: what was signed then is what is compared now."""
    found = tickets(record)
    assert {name: ticket.digest for name, (ticket, _) in found.items()} == SAID["digests"]
    assert [text_of(ticket).encode() for ticket, _ in found.values()] == [data for _, data in found.values()]


def test_its_audit_says_what_it_said(record: Path) -> None:
    """Rules that came later judge none of it."""
    assert said(record) == SAID["verify"]


async def test_the_rules_hold_from_the_switch_on(record: Path, tmp_path: Path) -> None:
    """Older tickets keep the rules of their time; later ones do not, wherever they are looked at."""
    good = git(record, "log", "--format=%H", "--diff-filter=A", "main", "--", "tenants/tenant-finance.yaml")
    mended = git(record, "show", f"{good}:tenants/tenant-finance.yaml") + "\n"
    person_commits(record, {"platform.yaml": PLATFORM, "tenants/tenant-finance.yaml": mended})
    assert said(record) == SAID["verify"]
    late = pending(id=number(8))
    forge(record, late.model_copy(update={"spec": _foreign(late)}))
    assert [rule for _, rule, _ in said(record)] == ["unreadable", "foreign-target"]
    repository = opened(record, tmp_path)
    index = Index(repository, tmp_path / "index.db")
    before, _ = tickets(record)[number(1)]
    assert (index.controlled(before.path), index.controlled(late.path)) == (False, True)
    index.close()
    await repository.close()


def _foreign(ticket: PromotionRequest) -> object:
    target = ticket.spec.target.model_copy(update={"name": "catalog-api"})
    return ticket.spec.model_copy(update={"target": target})
