"""Checks what a commit says of its request's test evidence."""

from collections.abc import Iterator

from domain import evidence
from domain.errors import Unproven
from domain.evidence import Evidence
from domain.signing import Claims
from domain.targets import TargetFacts
from record.audit.checks import Check, Step, Violation


def check_evidence(step: Step) -> Iterator[Violation]:
    """Evidence was sealed by the service, for this very submission, and does not speak against the request.

    By the catalogue of that time.
    """
    said = step.evidence
    if said is None:
        return
    if step.before is not None:
        yield step.violation("evidence-misplaced", "the commit creates no request, and tells of test evidence")
    elif isinstance(said, Unproven):
        yield step.violation("evidence-not-valid", str(said))
    elif not isinstance(step.signed, Claims) or said.key != step.signed.id:
        yield step.violation("evidence-not-valid", "the evidence is another submission's")
    elif said.url != step.now.spec.pre_checks.test_evidence_url:
        yield step.violation("evidence-not-valid", f"the evidence is of {said.url}")
    elif step.always(lambda record: _refused(step, said, record.target)):
        yield step.violation("evidence-contradicts", str(_refused(step, said, step.target)))


def _refused(step: Step, said: Evidence, target: TargetFacts) -> str | None:
    rule = target.entry.evidence if target.entry else evidence.EvidenceRule()
    found = evidence.contradiction(said, rule, step.now.spec.target)
    return str(found) if found else None


CHECKS: tuple[Check, ...] = (check_evidence,)
