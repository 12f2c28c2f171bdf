"""A signature covers all of a message, and only what a message says."""

from datetime import timedelta

import pytest

from domain import lifecycle
from domain.change import Change
from domain.decision import DecisionAction
from domain.roles import Requester, Role
from domain.signing import FRESH, claims_of, message_digest, mismatch, words_digest
from domain.ticket import Action
from tests.domain.builders import ADA, JEAN, NOW, PIERRE, decision, pending, person, submission

APPROVE, REJECT, CANCEL, RETRY, *_ = DecisionAction


def test_the_claims_of_a_decision_name_all_that_was_decided() -> None:
    """Ticket, content, act, person, roles, words, time and the whole message."""
    ticket = pending()
    made = decision(ticket, APPROVE, JEAN, comment="Reviewed")
    claims = claims_of(made)
    assert (claims.id, claims.ticket, claims.digest, claims.action) == (made.id, ticket.id, ticket.digest, "approved")
    assert (claims.email, claims.sub, claims.roles) == (JEAN.email, JEAN.subject, ("cpi@tenant-finance",))
    assert claims.words == words_digest("Reviewed", None)
    assert (claims.at, claims.message) == (NOW, message_digest(made))
    assert claims_of(decision(ticket, APPROVE, ADA)).roles == ("cpi_admin",)


def test_the_claims_of_a_submission_are_those_of_its_ticket() -> None:
    """An auditor of the first commit compares it with the file."""
    asked = submission()
    claims = claims_of(asked)
    assert claims.action is Action.CREATED
    assert mismatch(claims, lifecycle.create(asked)) is None


@pytest.mark.parametrize(
    "altered",
    [
        {"person": JEAN.model_copy(update={"aliases": (PIERRE.email,)})},
        {"person": JEAN.model_copy(update={"grants": ADA.grants})},
        {"at": NOW + timedelta(seconds=1)},
        {"comment": "Other words"},
        {"id": "decision-2"},
    ],
    ids=lambda altered: next(iter(altered)),
)
def test_no_part_of_a_message_can_change_under_its_signature(altered: dict[str, object]) -> None:
    """Aliases and roles included: they decide who may decide."""
    made = decision(pending(), APPROVE, JEAN, comment="Reviewed")
    assert message_digest(made.model_copy(update=altered)) != message_digest(made)


@pytest.mark.parametrize("field", ["decide_by", "key", "requester"])
def test_no_part_of_a_submission_can_change_either(field: str) -> None:
    """Fields that the ticket doesn't show are signed all the same."""
    other = {
        "decide_by": NOW + timedelta(days=300),
        "key": "1" * 64,
        "requester": PIERRE.model_copy(update={"subject": "x"}),
    }
    assert message_digest(submission(**{field: other[field]})) != message_digest(submission())


def test_the_signature_itself_is_not_signed() -> None:
    """The digest is the same before and after."""
    made = decision(pending(), APPROVE, JEAN)
    assert message_digest(made.model_copy(update={"proof": "x"})) == message_digest(made)


def test_a_transition_is_what_was_signed_or_differs_in_one_sentence() -> None:
    """The same function answers the record and the audit."""
    ticket = pending()
    made = decision(ticket, REJECT, JEAN)
    claims, rejected = claims_of(made), lifecycle.apply(ticket, made, NOW + timedelta(seconds=2))
    assert mismatch(claims, rejected) is None
    late = lifecycle.apply(ticket, made, NOW + 3 * FRESH)
    for false, sentence in (
        (claims.model_copy(update={"ticket": "PR-2026-0002"}), "for PR-2026-0002"),
        (claims.model_copy(update={"digest": "0" * 64}), "something else"),
        (claims.model_copy(update={"action": Action.APPROVED}), "for approved"),
        (claims.model_copy(update={"email": ADA.email}), ADA.email),
        (claims.model_copy(update={"words": None}), "reason"),
    ):
        assert sentence in (mismatch(false, rejected) or "")
    assert "signed at" in (mismatch(claims, late) or "")


def test_the_claims_of_a_submission_say_who_must_not_decide() -> None:
    """The requester and, of a service account, its owner: every address and subject that was theirs then."""
    robot = person("ci@cab-i.com", Role.DEVOPS, owner="Jean.Dupont@cab-i.com", subject="sub-ci")
    owner = JEAN.model_copy(update={"aliases": ("jd@cab-i.com", "ci@cab-i.com")})
    asked = claims_of(submission(requester=robot, owner=owner)).requester
    assert asked == Requester(
        subject="sub-ci", owner_subject=JEAN.subject, addresses=("ci@cab-i.com", "jd@cab-i.com", JEAN.email)
    )
    unknown = claims_of(submission(requester=robot)).requester
    assert unknown == Requester(subject="sub-ci", addresses=("ci@cab-i.com", JEAN.email))
    assert claims_of(decision(pending(), APPROVE, JEAN)).requester is None


def test_what_earlier_versions_signed_and_sent_is_still_read() -> None:
    """A promotion waits for weeks: its submission names no owner, and messages about it tell a subject alone."""
    digest = "839b3b46dd8b59de3ec5c999c253c5272985c0f2631ac5524c04fb1fbd4d53c8"
    assert message_digest(submission()) == digest
    change = Change(ticket=pending(), base=None, actor_name="Pierre").model_dump(mode="json", exclude={"requester"})
    assert Change.model_validate(change | {"requesterSubject": "sub"}).requester == Requester(subject="sub")
    assert Change.model_validate(change).requester is None
