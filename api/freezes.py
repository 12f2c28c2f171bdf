"""The freezes of a time, as the calendar tells them to people who see requests that they keep back."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Self

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from api import known
from api.filters import Point, first_instant, instant_after, not_before
from domain.freezes import FreezeTime, freeze_times
from domain.roles import Person
from domain.rules import RuleName
from domain.ticket import Impact, TargetType
from domain.values import Frozen, Moment, Reason, Tenant
from record.facts.controls import Controls
from record.people.directory import Directory

LONGEST = timedelta(days=400)
"""A year and the weeks around it; a freeze may come again each day."""


class FreezePeriod(Frozen):
    """The time whose freezes are asked for."""

    model_config = ConfigDict(validate_by_name=False)

    since: Annotated[Point, Field(alias="from", description="Ending on this day (of UTC) or instant, or later")]
    until: Annotated[Point, Field(alias="to", description="Beginning on this day or instant, or earlier")]

    @field_validator("until")
    @classmethod
    def _is_a_period(cls, until: Point, given: ValidationInfo) -> Point:
        since = given.data.get("since")
        not_before(since, until, "from")
        if since and instant_after(until, UTC) - first_instant(since, UTC) > LONGEST:
            raise ValueError(f"must be at most {LONGEST.days} days after from")
        return until

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        return first_instant(self.since, UTC), instant_after(self.until, UTC)


class ShownFreeze(Frozen):
    """A time in which nothing is launched of the requests that its rule matches, all of them where it names no part.

    Of tenants, those are named that the caller belongs to; of targets only that the rule names some (`some_targets`).
    """

    begins: Moment
    ends: Moment
    rule: RuleName
    reason: Reason
    tenants: tuple[Tenant, ...]
    types: tuple[TargetType, ...]
    impacts: tuple[Impact, ...]
    some_targets: bool

    @classmethod
    def of(cls, time: FreezeTime) -> Self:
        match = time.match
        return cls(
            begins=time.begins,
            ends=time.ends,
            rule=time.rule,
            reason=time.reason,
            tenants=match.tenants,
            types=match.types,
            impacts=match.impacts,
            some_targets=bool(match.names),
        )


def seen(
    controls: Controls, directory: Directory, person: Person, since: datetime, until: datetime
) -> list[FreezeTime]:
    """The freezes between the two of tenants in which the person sees or asks for something."""
    rules = controls.rules.current().rules if controls.index.switch() else ()
    return freeze_times(rules, known.tenants(person, directory), since, until)
