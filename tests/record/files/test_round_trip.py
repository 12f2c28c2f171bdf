"""load → dump → load is the identity, for us and for every other reader of the file."""

from datetime import UTC, datetime
from functools import partial

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.ticket import Action, HistoryEntry, Impact, PromotionRequest, State, Status, TargetType
from record.files.reading import load, read_strictly
from record.files.writing import text_of
from tests.domain.builders import pending
from tests.examples import examples

HOSTILE = [
    "yes", "no", "~", "null", "NULL", "1e3", "0x1F", "2026-03-02", "12:30:45", ".inf", "<<", "=", "",
    "\t", "\ttab\nfirst", "a\tb", " leading", "trailing ", "trailing \n", "\nleading", "\n\n", " \n ", "\n  x\n y",
    "---", "---\na: b", "...", "# x", "x # y", "- a", "? a", ": a", "a: b", "&a", "*a", "!t", "%x", "@", "`", "|", ">",
    "'", '"', "\\", "\\n", "{{ x }}", "{% x %}", "{# x #}", "[a", "{a", "a,b", "\x00", "\x07\x1b[0m", "\x7f", "\x80",
    "\x85", "a\x85b\n", "\u2028", "a\u2029b\n", "\ufeff", "\ufeffx\ny", "\r", "\r\n", "a\r\nb\r\n", "\xa0", "\ufffe",
    "\uffff", "😀", "é\ne", "e\u0301", "\U0010ffff", "\u202ertl", "x" * 4000,
]  # fmt: skip
CHARACTERS = st.characters(exclude_categories=["Cs"]) | st.sampled_from(
    "\t\n\r \x85\u2028\ufeff\x00#:-|>'\"\\{}[]&*!%@`,?~"
)

OTHER_READERS = (partial(yaml.load, Loader=yaml.SafeLoader), partial(yaml.load, Loader=yaml.CSafeLoader))


def texts(most: int, least: int = 0) -> st.SearchStrategy[str]:
    """Anything that a person or a system may have typed, with the strings that broke other writers of YAML."""
    filler = "enough said here " * (least and 2)
    free = st.text(CHARACTERS, max_size=60) | st.sampled_from(HOSTILE)
    return free.map(lambda text: f"{text}{filler}"[:most]).filter(lambda text: len(text.strip()) >= least)


MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001  hypothesis adds the zone
EMAILS = st.from_regex(r"\A[A-Za-z0-9._%+'-]{1,20}@[A-Za-z0-9]([A-Za-z0-9.-]{0,20}[A-Za-z0-9])?\Z")
NAMES = st.from_regex(r"\A[A-Za-z0-9]([A-Za-z0-9._-]{0,20}[A-Za-z0-9])?\Z") | st.sampled_from(
    ["y", "NO", "null", "1e3"]
)
LABELS = st.from_regex(r"\A[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?\Z") | st.sampled_from(["on", "off", "true", "0x1"])
IDS = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._:-]{0,20}\Z")
TICKET_IDS = st.from_regex(r"\APR-[0-9]{4}-[1-9][0-9]{3,6}\Z")

ENTRIES = st.builds(
    HistoryEntry,
    action=st.sampled_from(Action),
    at=MOMENTS,
    by=EMAILS | st.just("system"),
    comment=st.none() | texts(4_096),
    reason=st.none() | texts(4_096, least=10),
    decide_by=st.none() | MOMENTS,
    superseded_by=st.none() | TICKET_IDS,
    job_id=st.none() | IDS,
    deployment_id=st.none() | IDS,
    error=st.none() | texts(8_192),
)
STATUSES = st.builds(
    Status,
    state=st.sampled_from(State),
    history=st.lists(ENTRIES, min_size=1, max_size=4).map(tuple),
    approved_by=st.none() | EMAILS,
    approved_at=st.none() | MOMENTS,
    deployed_at=st.none() | MOMENTS,
    rejected_by=st.none() | EMAILS,
    rejected_at=st.none() | MOMENTS,
    rejection_reason=st.none() | texts(4_096, least=10),
)


@st.composite
def tickets(draw: st.DrawFn) -> PromotionRequest:
    """Any ticket the model allows, whether or not the lifecycle would lead to it."""
    return PromotionRequest.model_validate(
        {
            "metadata": {
                "id": draw(TICKET_IDS),
                "created_at": draw(MOMENTS),
                "created_by": draw(EMAILS),
                "tenant": draw(LABELS),
            },
            "spec": {
                "target": {
                    "type": draw(st.sampled_from(TargetType)),
                    "name": draw(NAMES),
                    "version": draw(
                        st.from_regex(r"\A[A-Za-z0-9.+_-]{1,20}\Z") | st.sampled_from(["2.10", "1e3", "no"])
                    ),
                    "source_environment": draw(LABELS),
                    "target_environment": draw(LABELS),
                },
                "request": {
                    "justification": draw(texts(16_384, least=20)),
                    "release_notes": draw(texts(131_072, least=1)),
                    "impact_assessment": draw(st.sampled_from(Impact)),
                    "rollback_plan": draw(texts(16_384, least=1)),
                    "scheduled_date": draw(st.none() | MOMENTS),
                },
                "pre_checks": {
                    "staging_tests_passed": draw(st.booleans()),
                    "security_scan_passed": draw(st.booleans()),
                    "performance_tests_passed": draw(st.booleans()),
                    "test_evidence_url": draw(
                        st.from_regex(r"\A[hH][tT]{2}[pP]s?://[^\s/?#\\]{1,20}(/[^\s\\]{0,20})?\Z")
                    ),
                },
            },
            "status": draw(STATUSES),
        }
    )


@given(tickets())
@settings(max_examples=examples(300), deadline=None)
def test_every_ticket_survives_its_file(ticket: PromotionRequest) -> None:
    """A written ticket is read back as the same ticket, and writing it again gives the same bytes."""
    written = text_of(ticket)
    assert load(written.encode()) == read_strictly(written.encode()) == ticket
    assert text_of(load(written.encode())) == written


@given(tickets())
@settings(max_examples=examples(100), deadline=None)
def test_other_readers_see_the_same_texts(ticket: PromotionRequest) -> None:
    """PyYAML's two readers, with their own ideas of dates, numbers and line breaks, get exactly our JSON form."""
    written = text_of(ticket)
    for read in OTHER_READERS:
        assert read(written) == ticket.model_dump(mode="json")


def with_text(text: str) -> PromotionRequest:
    """A ticket that has the text in every field that may hold it."""
    long_enough = f"{text}{'x' * 20}"
    ticket = pending()
    request = ticket.spec.request.model_copy(
        update={"justification": long_enough, "release_notes": f"{text}x", "rollback_plan": f"x{text}"}
    )
    entry = ticket.last.model_copy(update={"comment": text, "reason": long_enough, "error": text})
    status = ticket.status.model_copy(update={"history": (entry,), "rejection_reason": f"{'x' * 20}{text}"})
    spec = ticket.spec.model_copy(update={"request": request})
    return PromotionRequest.model_validate(ticket.model_copy(update={"spec": spec, "status": status}).model_dump())


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_every_hostile_text_survives_in_every_field(text: str) -> None:
    """Each string that broke another writer of YAML stands in each free-text field and comes back."""
    ticket = with_text(text)
    written = text_of(ticket)
    assert load(written.encode()) == read_strictly(written.encode()) == ticket
    for read in OTHER_READERS:
        assert read(written) == ticket.model_dump(mode="json")


@given(st.text(CHARACTERS, min_size=1, max_size=40))
@settings(max_examples=examples(300), deadline=None)
@example("\t\n")
@example("\n\t\n")
def test_any_text_survives_in_every_field(text: str) -> None:
    """No combination of the awkward characters is lost either."""
    ticket = with_text(text)
    written = text_of(ticket).encode()
    assert load(written) == read_strictly(written) == ticket


@pytest.mark.parametrize("unit", ["x", "line of notes\n", "é", "😀", "\u2028", "\x07", " \n"])
def test_the_longest_notes_survive(unit: str) -> None:
    """Over 100 KB of whatever characters, the limit of release notes, are written and read back."""
    notes = (unit * 131_072)[:131_071] + "x"
    ticket = pending()
    request = ticket.spec.request.model_copy(update={"release_notes": notes})
    ticket = ticket.model_copy(update={"spec": ticket.spec.model_copy(update={"request": request})})
    assert load(text_of(ticket).encode()) == ticket
