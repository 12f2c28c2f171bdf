"""The record's formats: what a later release wrote is refused in one sentence, by whoever reads it."""

import json
import sqlite3
from pathlib import Path

import pytest
from joserfc import jws

from domain.announcement import Channel
from domain.errors import NewerFormat, RuleViolation, Unproven
from domain.following import outbox_ref
from domain.formats import COMMITS
from record.audit.verify import verify
from record.files import writing
from record.files.reading import read_ticket
from record.git import message
from record.git.outbox import CURSOR, Outbox, announced, path_of
from record.git.repository import Repository
from record.index import schema
from record.people import catalogue, members
from record.signing.keys import KeyReader
from record.signing.signatures import Keys
from tests.domain.builders import NOW, pending
from tests.record.audit.test_verify import commits_as
from tests.record.building import bare, number, opened, publish_key
from tests.signing import KEY, claims_for

TICKET = number(1)
REFUSED = "has format 2, and this release reads up to format 1"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    path = bare(tmp_path / "gitops.git")
    publish_key(path)
    return opened(path, tmp_path)


def test_a_ticket_of_a_later_release_is_a_fault_with_a_reason() -> None:
    """`/readyz`, the log and `verify` say it as any file's fault."""
    path, text = pending().path, writing.text_of(pending())
    assert read_ticket(path, text.encode()).path == path
    with pytest.raises(NewerFormat, match=f"This file {REFUSED}"):
        read_ticket(path, text.replace("cab-i.com/v1", "cab-i.com/v2").encode())


@pytest.mark.parametrize(("path", "kind"), [("tenants/tenant-finance.yaml", "Tenant"), ("platform.yaml", "Platform")])
def test_a_file_of_people_of_a_later_release_is_a_fault_with_its_line(path: str, kind: str) -> None:
    """It takes rights away as any fault does, and the sentence says what to do."""
    fault = members.parse(path, f"kind: {kind}\napiVersion: apim.cab-i.com/v2\nspec: {{}}\n".encode())
    assert isinstance(fault, members.Fault)
    assert REFUSED in fault.sentence
    assert fault.line == 2


def test_a_target_of_a_later_release_is_one_too() -> None:
    """The same form, the same sentence."""
    fault = catalogue.parse("apis/payment-api.yaml", b"apiVersion: apim.cab-i.com/v2\nkind: Api\n")
    assert isinstance(fault, members.Fault)
    assert REFUSED in fault.sentence


def test_a_journal_of_a_later_release_is_left_alone(repository: Repository) -> None:
    """An outbox that took it for damaged would tell everybody everything again."""
    journal = repository.journal(outbox_ref(Channel.MAIL))
    journal.open()
    later = json.dumps({"format": 2, "cursor": None, "began": "2026-03-02T09:30:00Z", "lag": 1}).encode()
    journal.append({CURSOR: later, path_of(TICKET): later}, "By a later release")
    with pytest.raises(NewerFormat, match=f"This journal {REFUSED}"):
        Outbox(journal).open()
    with pytest.raises(NewerFormat, match=f"This journal {REFUSED}"):
        announced(repository, TICKET)


def test_a_journal_names_no_version_while_it_is_the_first(repository: Repository) -> None:
    """The release before can lead it again."""
    outbox = Outbox(repository.journal(outbox_ref(Channel.MAIL)))
    outbox.open()
    outbox.begin(None, NOW)
    assert b'"format"' not in (repository.journal(outbox_ref(Channel.MAIL)).newest(CURSOR) or b"")


def _keys(repository: Repository) -> Keys:
    return KeyReader(repository).current()


def test_a_signature_of_a_later_release_is_not_called_forged(repository: Repository) -> None:
    """It is refused as long as nobody here knows what it states."""
    said = json.loads(claims_for(pending()).model_dump_json()) | {"format": 2, "acr": "passkey"}
    header = {"alg": "Ed25519", "kid": KEY.thumbprint(), "typ": "prodgate-decision+jws"}
    token = jws.serialize_compact(header, json.dumps(said), KEY, algorithms=["Ed25519"])
    with pytest.raises(Unproven, match=f"This signature {REFUSED}") as refused:
        _keys(repository).claims(token)
    assert isinstance(refused.value.__cause__, NewerFormat)


@pytest.mark.parametrize("version", ["2", "next"])
def test_a_commit_of_a_later_release_is_named_by_the_audit(repository: Repository, version: str) -> None:
    """By a rule of its own: nobody takes it for a forgery, or for proven."""
    ticket = pending()
    said = f"Request-Id: {ticket.id}\nAction: created\n{message.FORMAT}: {version}\n"
    commits_as(repository.path, ticket.path, writing.text_of(ticket), f"{ticket.id}: created\n\n{said}", ticket.last.by)
    found = [each for each in verify(repository.path) if each.rule == "newer-format"]
    assert [each.sentence for each in found] == [
        f"This commit has format {version}, and this release reads up to format 1: upgrade Prodgate first"
    ]


def test_a_later_format_hides_no_false_author(repository: Repository) -> None:
    """Whoever names one in a commit of their own hand is asked who they are, as everybody is."""
    ticket = pending()
    said = f"Request-Id: {ticket.id}\nAction: created\n{message.FORMAT}: 2\n"
    commits_as(
        repository.path, ticket.path, writing.text_of(ticket), f"{ticket.id}: created\n\n{said}", "eve@cab-i.com"
    )
    assert {"newer-format", "false-author"} <= {each.rule for each in verify(repository.path)}


@pytest.mark.parametrize("version", [schema.VERSION - 1, schema.VERSION + 1])
def test_an_index_of_another_release_is_built_anew(tmp_path: Path, version: int) -> None:
    """It is a cache: nothing of it is kept, upward or downward."""
    file = tmp_path / "index.db"
    schema.opened(file).close()
    with sqlite3.connect(file) as other:
        other.execute("INSERT INTO meta VALUES ('tip', 'another')")
        other.execute(f"PRAGMA user_version = {version}")
    other.close()
    found = schema.opened(file)
    assert found.execute("SELECT count(*) FROM meta").fetchone() == (0,)
    assert found.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
    found.close()


@pytest.mark.parametrize("path", ["tenants/tenant-finance.yaml", "platform.yaml", "apis/payment-api.yaml"])
def test_a_version_longer_than_python_counts_is_a_fault_of_its_file(path: str) -> None:
    """And ends nobody's reading: `int()` refuses more than 4,300 digits."""
    data = f"apiVersion: apim.cab-i.com/v{'9' * 5000}\nkind: Tenant\n".encode()
    reader = catalogue if path.startswith("apis/") else members
    assert type(reader.parse(path, data)).__name__.endswith("Fault")


def test_a_ticket_of_such_a_version_is_refused() -> None:
    """As any other that is none."""
    text = writing.text_of(pending()).replace("cab-i.com/v1", f"cab-i.com/v{'9' * 5000}")
    with pytest.raises(RuleViolation):
        read_ticket(pending().path, text.encode())


def test_such_a_version_of_a_commit_is_refused_by_name() -> None:
    """`verify` goes on behind it."""
    assert COMMITS.newer("9" * 5000) is not None
    assert COMMITS.newer(10**5000) is not None
