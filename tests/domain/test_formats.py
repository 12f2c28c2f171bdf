"""What one release leaves to another: older formats are read, newer ones are refused by name."""

import json
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.audience import Language
from domain.browsers import BrowserChange, BrowserList
from domain.change import Change, Resumed
from domain.decision import Decision, DecisionAction, Submission
from domain.delegations import DelegationChange
from domain.documents import DocumentFormat, DocumentKind
from domain.errors import MalformedTicket, NewerFormat, kind_of
from domain.feeds import CurrentFeed, FeedChange
from domain.formats import JOURNALS, KEY, Format, NewerMessage, VersionedMessage, newer_file
from domain.passkeys import PasskeyChange
from domain.preferences import DEFAULTS, Preferences, PreferencesChange
from domain.reports import PartOrder, PartsNote, ReportOrder, ReportPart, ReportRun
from domain.sessions import Revocation
from domain.signing import claims_of
from domain.templates import TemplateChange
from record.files import reading
from tests.delegating import change_of, delegation
from tests.domain.builders import EXAMPLE, JEAN, NOW, decision, pending, submission
from tests.passkeys import Authenticator, passkey

REFUSED = "has format 2, and this release reads up to format 1: upgrade Prodgate first"
REVISION = "0" * 40
RUN = ReportRun(
    id="0f3a9c2e-2026-11-29T08:00:00Z",
    kind=DocumentKind.MONTHLY_REPORT,
    month="2026-10",
    forms=(DocumentFormat.PDF,),
    language=Language.FR,
    by=JEAN.email,
    at=NOW,
    parts=(ReportPart(tenant="tenant-finance"),),
)
MESSAGES: list[VersionedMessage] = [
    submission(),
    decision(pending(), DecisionAction.APPROVE, JEAN),
    Change(ticket=pending(), base=None, actor_name="Pierre"),
    Resumed(ticket=pending(), revision=REVISION, decide_by=NOW + timedelta(days=1)),
    Revocation.by_hand(NOW, "Lost a laptop", sid="1"),
    TemplateChange(kind=DocumentKind.CHANGE_REGISTER, base="a" * 40, files={}, name="Alice", proof=f"a.b.{'c' * 86}"),
    RUN,
    RUN.order(),
    PartOrder.of(RUN, RUN.parts[0], NOW),
    PartsNote(report=RUN.id, parts=RUN.parts),
    CurrentFeed(id=None, at=NOW),
    FeedChange(owner="0" * 64, current=CurrentFeed(id=None, at=NOW)),
    DEFAULTS,
    PreferencesChange(email=JEAN.email, base=DEFAULTS.revision, preferences=DEFAULTS),
    change_of(delegation(JEAN.email, "claire.moreau@cab-i.com", NOW))[0],
    PasskeyChange(passkey=passkey(JEAN, Authenticator()), name="Jean", proof=f"a.b.{'c' * 86}"),
    BrowserList(),
    BrowserChange(addresses=(JEAN.email,), removed="0" * 32),
]


def named(message: VersionedMessage) -> str:
    return type(message).__name__


@pytest.mark.parametrize("message", MESSAGES, ids=named)
def test_a_message_names_no_version_while_it_is_the_first(message: VersionedMessage) -> None:
    """The release before knows no such key, and would refuse it: it must be able to go on with what we began."""
    written = message.model_dump_json()
    assert KEY not in json.loads(written)
    assert type(message).model_validate_json(written) == message


def test_what_people_sign_says_nothing_new_before_the_service_signs() -> None:
    """A release that knows no keys of the service goes on with it, until the record has one."""
    claims = claims_of(decision(pending(), DecisionAction.APPROVE, JEAN)).model_dump_json()
    assert not {"attempt", "round", "tip", "authTime", "acr"} & set(json.loads(claims))


@pytest.mark.parametrize("message", MESSAGES, ids=named)
def test_a_message_of_a_later_release_is_refused_by_name(message: VersionedMessage) -> None:
    """Whatever else it says: nobody has to guess from a list of unknown fields."""
    later = json.loads(message.model_dump_json()) | {KEY: 2, "urgency": "high"}
    with pytest.raises(NewerMessage, match=f"This message {REFUSED}"):
        type(message).model_validate_json(json.dumps(later))
    with pytest.raises(ValidationError, match="urgency"):
        type(message).model_validate_json(json.dumps({**later, KEY: None}))


def test_the_messages_are_those_that_cross_from_one_process_to_another() -> None:
    """Whoever adds one says here that its versions are told apart."""
    assert {type(message) for message in MESSAGES} == set(VersionedMessage.__subclasses__())
    promotions, reports = {Decision, Submission, Change, Resumed}, {ReportOrder, ReportRun, PartOrder, PartsNote}
    people = {Revocation, TemplateChange, CurrentFeed, FeedChange, Preferences, PreferencesChange}
    people |= {BrowserList, BrowserChange, DelegationChange, PasskeyChange}
    assert promotions | reports | people == set(VersionedMessage.__subclasses__())


def test_a_ticket_of_a_later_release_is_known_for_what_it_is() -> None:
    """Its `apiVersion` names it; another kind of nonsense stays nonsense."""
    with pytest.raises(MalformedTicket) as later:
        reading.load(EXAMPLE.replace("cab-i.com/v1", "cab-i.com/v2").encode())
    newer = newer_file(later.value.__cause__)
    assert str(newer) == f"This file {REFUSED}"
    assert newer is not None
    assert (kind_of(newer), newer.params) == ("newer-format", {"name": "file", "found": "2", "reads": "1"})
    for nonsense in ("cab-i.com/version2", "cab-i.com/v0", "example.com/v2"):
        with pytest.raises(MalformedTicket) as other:
            reading.load(EXAMPLE.replace("cab-i.com/v1", nonsense).encode())
        assert newer_file(other.value.__cause__) is None
    assert newer_file(None) is None


@pytest.mark.parametrize("found", [None, 1, 2])
def test_what_names_no_version_is_version_one(found: Any) -> None:
    """And a release that reads the second reads the first."""
    assert Format("journal", 2).newer(found) is None


@pytest.mark.parametrize("found", [3, 0, -1, "1", True, 1.5])
def test_a_version_that_is_none_is_refused_too(found: Any) -> None:
    """Nothing is guessed."""
    assert isinstance(Format("journal", 2).newer(found), NewerFormat)


@pytest.mark.parametrize("document", ["{nonsense", "[2]", "{}", "[" * 100_000])
def test_a_damaged_document_is_no_newer_one(document: str) -> None:
    """Its reader says what is wrong with it."""
    assert JOURNALS.newer_in(document) is None
