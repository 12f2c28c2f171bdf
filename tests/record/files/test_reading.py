"""The record reads files that people wrote by hand, and files that were made to do harm."""

import re
import sys
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.errors import MalformedTicket, RuleViolation
from domain.ticket import PromotionRequest
from record.files.reading import load, read_strictly, read_ticket
from record.files.writing import text_of
from tests.domain.builders import EXAMPLE, ticket_in

TICKET = load(EXAMPLE.encode())


def replaced(old: str, new: str) -> str:
    """The example with one spot changed."""
    assert old in EXAMPLE
    return EXAMPLE.replace(old, new, 1)


def sections_backwards(text: str) -> str:
    """The same file with its top-level sections in the opposite order."""
    return "".join(f"{section}\n" for section in reversed(re.split(r"\n(?=[a-z])", text)))


@pytest.mark.parametrize(
    "text",
    [
        EXAMPLE,
        EXAMPLE.replace("\n", "\r\n"),
        "\ufeff" + EXAMPLE,
        "---\n" + EXAMPLE + "...\n",
        sections_backwards(EXAMPLE),
        re.sub(r'"(\d{4}-[^"]*Z)"', r"\1", EXAMPLE),
        re.sub(r'"(\d{4}-[^"]*)T([^"]*)Z"', r'"\1 \2+00:00"', EXAMPLE),
        re.sub(r"\n +rejected(By|At): null|\n +rejectionReason: null|\n +scheduledDate: null", "", EXAMPLE),
        EXAMPLE.replace(": null", ":"),
        EXAMPLE.replace(": null", ": ~"),
        EXAMPLE.replace(": true", ": yes"),
        EXAMPLE.replace(": true", ": 'True'"),
        replaced('version: "2.1.0"', "version: 2.1.0"),
        replaced("    sourceEnvironment: staging\n    targetEnvironment: prod\n", ""),
        re.sub(r"(?s)target:\n.*?prod\n", "target: {type: api, name: payment-api, version: 2.1.0}\n", EXAMPLE),
    ],
    ids=[
        "verbatim", "crlf", "bom", "document marks", "other order", "times without quotes", "times with an offset",
        "nulls left out", "nulls empty", "nulls as tilde", "yes", "quoted True", "version without quotes",
        "default environments", "flow style",
    ],
)  # fmt: skip
def test_what_people_write_by_hand_is_the_same_ticket(text: str) -> None:
    """Quoting, order, line ends, comments and left-out nulls don't change what a file says."""
    assert load(text.encode()) == TICKET


@pytest.mark.parametrize("version", ["2.10", "1e3", "0o17", "0x1F", "2026-03-02", "1_000", "yes", "007"])
def test_a_version_is_the_text_that_stands_there(version: str) -> None:
    """`version: 2.10` is not 2.1, and no other scalar is reckoned with either."""
    assert load(replaced('version: "2.1.0"', f"version: {version}").encode()).spec.target.version == version


@pytest.mark.parametrize(("written", "meant"), [("no", False), ("off", False), ("False", False), ("on", True)])
def test_a_boolean_may_be_written_in_any_of_yamls_ways(written: str, meant: bool) -> None:
    """A check that failed reads as false, however it is spelled."""
    text = replaced("performanceTestsPassed: true", f"performanceTestsPassed: {written}")
    assert load(text.encode()).spec.pre_checks.performance_tests_passed is meant


def test_an_unknown_word_is_not_a_boolean() -> None:
    """Nothing that isn't plainly yes counts as a check that passed."""
    with pytest.raises(MalformedTicket, match=r"spec\.preChecks\.securityScanPassed"):
        load(replaced("securityScanPassed: true", "securityScanPassed: maybe").encode())


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("kind: PromotionRequest", "kind: Promotion", "kind"),
        ("apim.cab-i.com/v1", "apim.cab-i.com/v2", "apiVersion"),
        ("  id: PR-2024-0003\n", "", "metadata.id"),
        ("id: PR-2024-0003", "id: PR-2024-003", "metadata.id"),
        ("id: PR-2024-0003", "id: PR-2024-0000", "metadata.id"),
        ("id: PR-2024-0003", "id: PR-2024-00003", "metadata.id"),
        ("id: PR-2024-0003", "id: ../PR-2024-0003", "metadata.id"),
        ("tenant: tenant-finance", "tenant: Tenant-Finance", "metadata.tenant"),
        ("tenant: tenant-finance", "tenant: ../tenant-finance", "metadata.tenant"),
        ('createdAt: "2024-12-23T10:30:00Z"', 'createdAt: "2024-12-23T10:30:00"', "metadata.createdAt"),
        ('createdAt: "2024-12-23T10:30:00Z"', "createdAt: 1734949800", "metadata.createdAt"),
        ('createdAt: "2024-12-23T10:30:00Z"', "createdAt: 2024-12-23", "metadata.createdAt"),
        ('createdAt: "2024-12-23T10:30:00Z"', "createdAt: 0001-01-01T00:00:00+23:00", "metadata.createdAt"),
        ("createdBy: pierre.durand@cab-i.com", "createdBy: Pierre Durand", "metadata.createdBy"),
        ("createdBy: pierre.durand@cab-i.com", 'createdBy: "{{ x }}@cab-i.com"', "metadata.createdBy"),
        ("type: api ", "type: gateway ", "spec.target.type"),
        ("name: payment-api", "name: payment api", "spec.target.name"),
        ("name: payment-api", 'name: "payment-api\\n"', "spec.target.name"),
        ("name: payment-api", 'name: "{{ lookup }}"', "spec.target.name"),
        ('version: "2.1.0"', 'version: "{% x %}"', "spec.target.version"),
        ("impactAssessment: low", "impactAssessment: none", "spec.request.impactAssessment"),
        ("https://gitlab", "ftp://gitlab", "spec.preChecks.testEvidenceUrl"),
        ("state: pending", "state: waiting", "status.state"),
        ("- action: created", "- action: opened", "status.history.0.action"),
        ("by: system", "by: robot", "status.history.2.by"),
        ("  rejectedBy: null", "  rejectedBy: nobody", "status.rejectedBy"),
        ("metadata:", "metadatas:", "metadatas"),
        ("    name: payment-api", "    name: payment-api\n    extraVars: {}", "spec.target.extraVars"),
        ("    name: payment-api", "    name: payment-api\n    <<: {name: other}", "spec.target.<<"),
        (
            "    sourceEnvironment: staging",
            "    sourceEnvironment: staging\n    source_environment: dev",
            "spec.target",
        ),
        ('comment: "Approved', 'comments: "Approved', "status.history.1.comments"),
    ],
)
def test_a_wrong_field_is_refused_by_its_name(old: str, new: str, field: str) -> None:
    """Whoever wrote the file reads which of its fields is wrong."""
    with pytest.raises(MalformedTicket, match=rf"(^|; ){re.escape(field)}"):
        load(replaced(old, new).encode())


LAUGHS = 'a: &a ["ha"]\n' + "".join(
    f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        "", "---\n", "[]", "text", "null", "a: b: c", "\x00", "a: 'open", "@", "%YAML 3.0\n", LAUGHS,
        "&a [*a]", "&a {a: *a}", "a: *unknown",
        EXAMPLE + "---\n" + EXAMPLE,
        replaced("metadata:", "metadata: &m"),
        replaced("name: payment-api", "name: &n payment-api"),
        replaced("name: payment-api", "name: !!python/object/apply:os.system [id]"),
        replaced("name: payment-api", "name: payment-api\n    name: payment-api"),
        replaced("name: payment-api", '"name": payment-api\n    name: other-api'),
        replaced("name: payment-api", "? [name]\n    : payment-api"),
        replaced("name: payment-api", "~: payment-api"),
        replaced("state: pending", "state: approved\n  state: pending"),
        "x" * 3_000_000,
        "# " + "x" * 3_000_000 + "\n" + EXAMPLE,
        "[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000,
        "".join(" " * depth + "a:\n" for depth in range(1_500)),
        "\ud800", EXAMPLE.replace("payment flow", "\ud800 flow"),
        EXAMPLE.replace("payment flow", "\\ud800 flow"),
    ],
    ids=lambda text: repr(text[:24]),
)  # fmt: skip
def test_a_hostile_file_is_malformed_and_nothing_worse(text: str) -> None:
    """Duplicate keys, tags, aliases, bombs, depth and size end as a refusal, never as a crash or another ticket."""
    with pytest.raises(MalformedTicket):
        load(text.encode(errors="surrogatepass"))


@pytest.mark.parametrize(
    "tag", ["!!int", "!!float", "!!bool", "!!timestamp", "!!binary", "!!set", "!!null", "!x", "!!str", "!"]
)
@pytest.mark.parametrize("value", ['""', "x", '"2026-99-99"', "{a: b}"])
def test_no_tag_is_obeyed(tag: str, value: str) -> None:
    """The form alone says what a value is: every explicit tag is refused with its line."""
    with pytest.raises(MalformedTicket, match="line 14"):
        load(replaced("name: payment-api", f"name: {tag} {value}").encode())


def test_bytes_that_are_no_text_are_malformed() -> None:
    """A file in Latin-1, or no text at all, is refused like any other malformed one."""
    for data in (EXAMPLE.encode("latin-1"), b"\xff", b"\xfe\xff\xd8\x00", bytes(range(256))):
        with pytest.raises(MalformedTicket):
            load(data)


def outcome(data: bytes, read: Callable[[bytes], PromotionRequest] = load) -> PromotionRequest | None:
    try:
        return read(data)
    except MalformedTicket:
        return None


@given(st.text().map(str.encode) | st.binary() | st.text("[]{}&*!|>%@-:?,# \n\t'\"\\ab", max_size=60).map(str.encode))
@example(b"!!int ''")
def test_any_input_is_a_ticket_or_malformed(data: bytes) -> None:
    """No text and no bytes raise anything but MalformedTicket."""
    assert outcome(data) is None


@given(st.data())
def test_any_damage_to_a_ticket_is_a_ticket_or_malformed(data: st.DataObject) -> None:
    """A file that was cut or scribbled in either still is some ticket or is refused, whichever way it is read."""
    start = data.draw(st.integers(0, len(EXAMPLE)))
    end = data.draw(st.integers(start, min(len(EXAMPLE), start + 30)))
    scribble = data.draw(st.text("[]{}&*!|>%@-:?,# \n\t'\"\\ab~<=1", max_size=8))
    damaged = (EXAMPLE[:start] + scribble + EXAMPLE[end:]).encode()
    found = outcome(damaged)
    assert found == outcome(damaged, read_strictly)
    assert found is None or load(text_of(found).encode()) == found


def test_reading_needs_no_more_stack_than_a_ticket_has_levels() -> None:
    """Depth is refused before it is followed, so a low recursion limit is enough for any file."""
    limit = sys.getrecursionlimit()
    with pytest.raises(MalformedTicket, match="nested too deeply"):
        load(b"a: " + b"[" * (limit * 2))


def test_every_fault_of_a_file_is_named() -> None:
    """Somebody who made several mistakes reads all of them at once."""
    text = replaced("type: api ", "type: gateway ").replace("id: PR-2024-0003", "id: PR-0")
    with pytest.raises(MalformedTicket, match=r"metadata\.id: .*; spec\.target\.type: "):
        load(text.encode())


def test_a_ticket_belongs_where_its_file_stands() -> None:
    """A file that was copied to another path is no ticket, and neither is one whose status no lifecycle leads to."""
    ticket = ticket_in("deployed")
    text = text_of(ticket)
    assert read_ticket(ticket.path, text.encode()) == ticket
    with pytest.raises(RuleViolation, match=f"belongs at {ticket.path}"):
        read_ticket(f"requests/prod/2020/01/{ticket.id}.yaml", text.encode())
    with pytest.raises(RuleViolation):
        read_ticket(ticket.path, text.replace("state: deployed", "state: failed").encode())
