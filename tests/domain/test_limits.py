"""The size and form of every field, refused with the field's name."""

from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from domain.roles import Person
from domain.ticket import PromotionRequest
from tests.domain.builders import EXAMPLE, NOW, PIERRE, checks, details, submission

LIMITS = [
    ("metadata.tenant", "t", 63),
    ("spec.target.name", "n", 128),
    ("spec.target.version", "1", 64),
    ("spec.target.sourceEnvironment", "s", 63),
    ("spec.target.targetEnvironment", "p", 63),
    ("spec.request.justification", "j", 16_384),
    ("spec.request.releaseNotes", "r", 131_072),
    ("spec.request.rollbackPlan", "b", 16_384),
    ("status.rejectionReason", "r", 4_096),
    ("status.history.1.comment", "c", 4_096),
    ("status.history.1.reason", "r", 4_096),
    ("status.history.1.error", "e", 8_192),
    ("status.history.1.jobId", "j", 128),
    ("status.history.1.deploymentId", "d", 128),
]


def example(field: str, value: Any) -> PromotionRequest:
    """The example with one field set."""
    tree = yaml.safe_load(EXAMPLE)
    *path, last = field.split(".")
    place = tree
    for step in path:
        place = place[int(step)] if step.isdigit() else place[step]
    place[last] = value
    return PromotionRequest.model_validate(tree)


@pytest.mark.parametrize(("field", "unit", "most"), LIMITS)
def test_a_field_holds_its_limit_and_no_more(field: str, unit: str, most: int) -> None:
    """The longest value loads, one character more is refused, and the refusal names the field."""
    assert example(field, unit * most)
    with pytest.raises(ValidationError, match=field):
        example(field, unit * (most + 1))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("metadata.createdBy", f"{'p' * 64}@{'c' * 185}"),
        ("status.approvedBy", f"{'p' * 64}@{'c' * 185}"),
        ("spec.preChecks.testEvidenceUrl", f"https://{'h' * 2_040}"),
    ],
)
def test_addresses_and_links_hold_their_limit_and_no_more(field: str, value: str) -> None:
    """E-mail addresses and URLs have limits of their own forms."""
    assert example(field, value)
    with pytest.raises(ValidationError, match=field):
        example(field, value + "x" * 8)


@pytest.mark.parametrize(
    ("field", "too_short"),
    [
        ("spec.target.name", ""),
        ("spec.target.version", ""),
        ("spec.request.justification", "x" * 19),
        ("spec.request.justification", f"{'x' * 19}{' ' * 40}"),
        ("spec.request.releaseNotes", ""),
        ("spec.request.releaseNotes", " \n\t"),
        ("spec.request.rollbackPlan", "\u2003"),
        ("spec.preChecks.testEvidenceUrl", "https://"),
        ("status.rejectionReason", "too short"),
        ("status.history", []),
    ],
)
def test_what_is_required_is_not_blank(field: str, too_short: Any) -> None:
    """Spaces don't count toward a justification or a reason, and required texts say something."""
    with pytest.raises(ValidationError, match=field):
        example(field, too_short)


def test_a_history_has_an_end() -> None:
    """A file with more entries than any ticket can have is refused."""
    entry = {"action": "created", "at": "2026-03-02T09:30:00Z", "by": "system"}
    assert example("status.history", [dict(entry) for _ in range(500)])
    with pytest.raises(ValidationError, match=r"status\.history"):
        example("status.history", [dict(entry) for _ in range(501)])


@pytest.mark.parametrize("field", ["justification", "release_notes", "rollback_plan"])
def test_a_lone_surrogate_is_refused(field: str) -> None:
    """Half a character has no UTF-8 form: neither the file nor Git could hold it."""
    with pytest.raises(ValidationError, match=r"(?i)surrogate|unicode"):
        details(**{field: f"{'x' * 20}\ud800"})


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "ftp://gitlab.cab-i.com", "//gitlab.cab-i.com", "gitlab.cab-i.com", "https://",
        "https:///path", "https:// gitlab.cab-i.com", "https://gitlab.cab-i.com/a b", "https:\\\\gitlab.cab-i.com",
        "https://gitlab.cab-i.com\n", " https://gitlab.cab-i.com",
    ],
)  # fmt: skip
def test_evidence_is_a_web_link(url: str) -> None:
    """The console's links lead to http or https, and nowhere else."""
    with pytest.raises(ValidationError, match="test_evidence_url"):
        checks(test_evidence_url=url)


def test_a_moment_without_a_zone_is_refused() -> None:
    """Nobody has to guess whose nine o'clock it is."""
    with pytest.raises(ValidationError, match="must have a zone"):
        submission(at=NOW.replace(tzinfo=None))


def test_a_submission_tells_its_requesters_subject() -> None:
    """The stable subject goes along, for the comparison that a changed address must not escape."""
    assert submission().asked_by.subject == PIERRE.subject


@pytest.mark.parametrize("number", ["0001", "0999", "9999", "10000", "123456"])
def test_an_id_counts_from_0001_with_at_least_four_digits(number: str) -> None:
    """PR-2026-10000 follows PR-2026-9999."""
    assert submission(id=f"PR-2026-{number}").id.endswith(number)


@pytest.mark.parametrize(
    "bad",
    [
        "PR-2026-0000",
        "PR-2026-001",
        "PR-2026-00010",
        "PR-26-0001",
        "pr-2026-0001",
        "PR-2026-0001\n",
        "PR-2026-\u0660\u0660\u0660\u0661",
        "PR-2026-0001/..",
    ],
)
def test_no_other_spelling_is_an_id(bad: str) -> None:
    """One ticket has one id: no padding, case, digits of another script or path."""
    with pytest.raises(ValidationError, match="id"):
        submission(id=bad)


@pytest.mark.parametrize(
    "bad",
    [
        "Jean Dupont",
        "jean@",
        "@cab-i.com",
        "jean@cab-i.com ",
        "jean@cab-i.com\n",
        "j\u0435an@cab-i.com",
        "{{x}}@cab-i.com",
        '"a b"@cab-i.com',
        "a@b@c",
        "jean@cab-i.com, x@y.z",
    ],
)
def test_an_address_is_plain_ascii(bad: str) -> None:
    """No address can be a header, a template, a path, or look like another person's through another alphabet."""
    with pytest.raises(ValidationError, match="email"):
        Person.model_validate(PIERRE.model_dump() | {"email": bad})
