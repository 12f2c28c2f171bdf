"""Checks what a commit says of how its request's contract differs from production's."""

from collections.abc import Iterator

from domain.contract import raised
from domain.errors import Unproven
from domain.signing import Claims
from domain.values import same_name
from record.audit.checks import Check, Step, Violation


def check_contract(step: Step) -> Iterator[Violation]:
    """A comparison was sealed by the service, for this very submission, and its breaking changes raised the impact."""
    said, target = step.contract, step.now.spec.target
    if said is None:
        return
    if step.before is not None:
        yield step.violation("contract-misplaced", "the commit creates no request, and tells of a contract")
    elif isinstance(said, Unproven):
        yield step.violation("contract-not-valid", str(said))
    elif not isinstance(step.signed, Claims) or said.key != step.signed.id:
        yield step.violation("contract-not-valid", "the comparison is another submission's")
    elif (said.type, same_name(said.name)) != (target.type, same_name(target.name)):
        yield step.violation("contract-not-valid", f"the comparison is of {said.type} {said.name}")
    elif (impact := step.now.spec.request.impact_assessment) is not (least := raised(impact, said)):
        yield step.violation("impact-not-raised", f"the contract breaks, and the impact is {impact}, not {least}")


CHECKS: tuple[Check, ...] = (check_contract,)
