"""The bounds of what may be asked for. They hold at submission alone: a recorded ticket is read whatever they are."""

import re
from collections.abc import Collection
from datetime import timedelta

from domain import contract, targets
from domain.contract import SealedContract
from domain.decision import Submission
from domain.errors import (
    AlreadyOpen,
    RuleViolation,
    ScheduledTooLate,
    TargetNotOwned,
    TooManyOpen,
    UnknownEnvironment,
    VersionMalformed,
    VersionMoves,
)
from domain.targets import TargetFacts
from domain.ticket import PromotionRequest, Target

MOST_OPEN = 50
"""Open requests of one person."""

FURTHEST = timedelta(days=366)
"""The furthest ahead that a deployment can be agreed on: a year, whichever it is."""

MOVING = frozenset({"latest", "main", "master", "head", "stable", "edge", "nightly"})
"""Versions that name something else tomorrow."""

_BEGINS = re.compile(r"[A-Za-z0-9]")


def compared(submission: Submission, found: SealedContract | None) -> Submission:
    """The submission with how its contract differs, and the impact that its breaking changes have at least."""
    if found is None:
        return submission
    impact = contract.raised(submission.request.impact_assessment, found.difference)
    request = submission.request.model_copy(update={"impact_assessment": impact})
    return submission.model_copy(update={"request": request, "contract": found.seal})


def raised(submission: Submission, facts: TargetFacts) -> Submission:
    """The submission with the name as the catalogue spells it, and the impact that its owners ask for.

    Another spelling would be another object to whoever deploys it.
    """
    minimum = facts.entry.minimum_impact if facts.entry else None
    impact = targets.at_least(submission.request.impact_assessment, minimum)
    request = submission.request.model_copy(update={"impact_assessment": impact})
    name = facts.entry.name if facts.entry else submission.target.name
    target = submission.target.model_copy(update={"name": name})
    return submission.model_copy(update={"request": request, "target": target})


def check(submission: Submission, facts: TargetFacts, moving: Collection[str] = ()) -> None:
    """Raise what refuses the submission for what it asks: ownership first, then its own bounds.

    `moving` are versions that the platform calls moving, besides those that everybody does.
    """
    if refused := targets.objection(facts, submission.tenant, submission.target):
        raise refused
    for refused in (*bounds(raised(submission, facts).target, facts, moving), *_dates(submission)):
        raise refused


def bounds(target: Target, facts: TargetFacts, moving: Collection[str] = ()) -> tuple[RuleViolation, ...]:
    """The rules that a target breaks as it is asked for; empty for none."""
    found: list[RuleViolation] = []
    if not _BEGINS.match(target.version) or ".." in target.version:
        found.append(VersionMalformed())
    elif target.digest is None and target.version.casefold() in MOVING | {each.casefold() for each in moving}:
        found.append(VersionMoves(f"{target.version} moves: name the digest of what is meant", version=target.version))
    wanted = targets.environments(facts.entry)
    if facts.controlled and (target.source_environment, target.target_environment) != wanted:
        said = f"{target.name} is promoted from {' to '.join(wanted)}"
        found.append(UnknownEnvironment(said, name=target.name, environments=" → ".join(wanted)))
    if facts.controlled and facts.entry is not None and facts.entry.name != target.name:
        found.append(TargetNotOwned(f"the catalogue spells it {facts.entry.name}"))
    return tuple(found)


def _dates(submission: Submission) -> tuple[RuleViolation, ...]:
    scheduled = submission.request.scheduled_date
    return (ScheduledTooLate(),) if scheduled is not None and scheduled - submission.at > FURTHEST else ()


def check_open(target: Target, of_target: Collection[PromotionRequest], of_person: int, most: int = MOST_OPEN) -> None:
    """Raise what refuses one more open request: the same version is asked for already, or the person has too many.

    `of_target` are the target's open requests, `of_person` counts the person's own,
    of which there may be `most`.
    """
    for other in of_target:
        if other.spec.target.version == target.version:
            sentence = f"{other.id} asks for {target.name} {target.version} already, and is {other.state}"
            raise AlreadyOpen(
                sentence, ticket=other.id, name=target.name, version=target.version, state=other.state.value
            )
    if of_person >= most:
        raise TooManyOpen(
            f"You have {of_person} open requests, and {most} are allowed: let some be decided or withdraw them",
            open=str(of_person),
            most=str(most),
        )
