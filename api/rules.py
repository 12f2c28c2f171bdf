"""The route about the company's rules."""

import re
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BeforeValidator, Field

from api.dependencies import FromTrail, FromTrial, needs
from api.entry import SignedInRoute
from api.openapi import problems
from api.trail import audited
from domain.roles import Permission, Person
from domain.trail import AuditAction
from domain.trials import RuleChanges
from domain.values import Frozen
from record.audit.trial_report import TrialReport

router = APIRouter(prefix="/v1/rules", tags=["rules"], route_class=SignedInRoute)

_REFUSALS = problems(
    _401="No acceptable token",
    _403="The caller is no administrator of the platform",
    _413="The body is larger than 256 KB",
    _422="A field is refused, a rule has a fault (`errors` has file, line and sentence), or it takes too long",
    _429="Too many requests, or another change is being tried; `Retry-After` says when to go on",
    _431="The headers are too large",
    _503="The Git record can't be read now",
)
MayTry = Annotated[Person, needs(Permission.OPERATE)]


_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _day_alone(value: object) -> object:
    """Refuse what pydantic would read as a Unix time, or as the day of a moment."""
    if value is not None and not _DAY.fullmatch(str(value)):
        raise ValueError("must be a day, such as 2026-01-31")
    return value


Day = Annotated[date, BeforeValidator(_day_alone)]


class RulesTrialBody(Frozen):
    """The files of a change, by their paths in the record; null for one that goes, and the requests to look at."""

    files: RuleChanges
    since: Day | None = Field(None, description="The first day, in UTC, whose requests are looked at")


@router.post("/try", responses=_REFUSALS)
async def try_rules(
    request: Request, trial: FromTrial, trail: FromTrail, caller: MayTry, body: RulesTrialBody
) -> TrialReport:
    """Replay a change of rules over every past request: what it would have stopped. Nothing is recorded of it.

    As `prodgate rules try --json` says it of files.
    """
    found = await trial.report(caller, body.files, body.since)
    trail.note(audited(request, AuditAction.READ, detail=f"tried {', '.join(body.files)} on {found.requests} requests"))
    return found
