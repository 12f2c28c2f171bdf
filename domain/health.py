"""The health of what a job deployed: the check that the catalogue names, and the looks by which it holds or does not.

A check holds once every look in a stretch of `lasts` did. A look that does not hold ends the stretch, not the check:
that ends after `within`. Both times count only while somebody looks, so neither a worker that is away nor a clock
that jumps lets a check hold, or end.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, StrictFloat, StrictInt, StringConstraints, model_validator

from domain.decision import Jws
from domain.deployment import Deployment, JobNumber
from domain.remarks import write
from domain.ticket import digest_of
from domain.values import ExternalId, Frozen, Moment

HealthUrl = Annotated[str, Field(max_length=2_048, pattern=r"^[hH][tT][tT][pP][sS]?://[^\s/?#\\@]+([/?#][^\s\\]*)?$")]
"""The address of a probe; it carries no name or password."""

LONGEST = timedelta(hours=1)
"""The longest that a check has to hold."""

LATEST = timedelta(hours=6)
"""The longest time in which it has to."""

SPARE = timedelta(minutes=5)
"""The time beside twice `lasts` in which a check has to hold, where the catalogue says no other."""

MISSED = 3
"""Intervals without a look after which nobody knows what was meanwhile: the stretch begins anew."""

WORDS = 200
"""Characters of an answer that a ticket quotes."""


def _written(value: Any) -> Any:
    """Refuses bare numbers, which do not say of what."""
    if not isinstance(value, str | timedelta):
        raise ValueError("must be a duration, such as PT5M")  # noqa: TRY004  pydantic's own
    return value


Span = Annotated[timedelta, BeforeValidator(_written, json_schema_input_type=str)]


class JsonValue(Frozen):
    """A value in an answer's JSON: the keys that lead to it from the outside, joined by dots, and what it has to be."""

    path: Annotated[str, StringConstraints(pattern=r"^[^.\s]{1,100}(\.[^.\s]{1,100}){0,9}$")]
    value: Annotated[str, Field(max_length=WORDS)] | bool | StrictInt | StrictFloat


class HttpProbe(Frozen):
    """A GET of an address: the status that it answers with, and what the answer has in it, where that is said."""

    url: HealthUrl
    status: Annotated[StrictInt, Field(ge=100, le=599)] = 200
    text: Annotated[str, Field(min_length=1, max_length=WORDS)] | None = None
    json_value: Annotated[JsonValue | None, Field(alias="json")] = None


class Operator(StrEnum):
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    EQUAL = "=="

    def holds(self, value: float, threshold: float) -> bool:
        """Compare; what is no number holds for nothing."""
        match self:
            case Operator.LESS:
                return value < threshold
            case Operator.AT_MOST:
                return value <= threshold
            case Operator.MORE:
                return value > threshold
            case Operator.AT_LEAST:
                return value >= threshold
            case _:
                return value == threshold


class PrometheusProbe(Frozen):
    """A query of the Prometheus that the worker's settings name: every series that it finds has to compare so."""

    query: Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
    operator: Operator
    threshold: Annotated[StrictInt | StrictFloat, Field(allow_inf_nan=False)]


class HealthCheck(Frozen):
    """The check of a target, as its owners set it in the catalogue: one probe, and how long it has to hold."""

    http: HttpProbe | None = None
    prometheus: PrometheusProbe | None = None
    lasts: Annotated[Span, Field(alias="for", ge=timedelta(seconds=1), le=LONGEST)] = timedelta(minutes=5)
    interval: Annotated[Span, Field(ge=timedelta(seconds=1), le=timedelta(minutes=5))] = timedelta(seconds=10)
    within: Annotated[Span | None, Field(le=LATEST)] = None

    @model_validator(mode="after")
    def _is_one_check(self) -> Self:
        if (self.http is None) is (self.prometheus is None):
            raise ValueError("a check is one of http and prometheus")
        if self.within is not None and self.within < self.lasts:
            raise ValueError("within is no shorter than for")
        return self

    @property
    def ends_after(self) -> timedelta:
        """The time in which it has to hold."""
        return 2 * self.lasts + SPARE if self.within is None else self.within

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of the check as canonical JSON."""
        return digest_of(self.model_dump(mode="json"))


class Look(Frozen):
    """One look at the target: whether its probe held, and what was seen, in a few words without controls."""

    at: Moment
    held: bool
    seen: Annotated[str, Field(max_length=2 * WORDS)]


class Stretch(Frozen):
    """All looks at one deployment so far: `holding` since the first look of a row that held, `watched` since the first.

    `digest` is the check's: of another one, nothing counts. `seen` is what the last look saw, `fault` what the last
    one saw that did not hold.
    """

    digest: str
    last: Moment
    looks: int
    holding: timedelta | None = None
    watched: timedelta = timedelta(0)
    seen: str = ""
    fault: str | None = None

    def after(self, look: Look, check: HealthCheck) -> "Stretch":
        """The looks with one more. Time that nobody watched counts for nothing, and ends a row."""
        passed = max(look.at - self.last, timedelta(0))
        unwatched = passed > MISSED * check.interval
        watched = self.watched + (min(passed, check.interval) if unwatched else passed)
        holding = None
        if look.held:
            holding = timedelta(0) if self.holding is None or unwatched else self.holding + passed
        return self.model_copy(
            update={
                "last": look.at,
                "looks": self.looks + 1,
                "holding": holding,
                "watched": watched,
                "seen": look.seen,
                "fault": self.fault if look.held else look.seen,
            }
        )

    def held(self, check: HealthCheck) -> bool | None:
        """Tells whether the check held; None while that is open."""
        if self.holding is not None and self.holding >= check.lasts:
            return True
        return False if self.watched >= check.ends_after else None


def looked(before: Stretch | None, look: Look, check: HealthCheck) -> Stretch:
    """The looks with one more, the first one too; what was seen of another check is forgotten."""
    if before is not None and before.digest == check.digest:
        return before.after(look, check)
    fault = None if look.held else look.seen
    holding = timedelta(0) if look.held else None
    return Stretch(digest=check.digest, last=look.at, looks=1, holding=holding, seen=look.seen, fault=fault)


class HealthEvidence(Frozen):
    """The worker's own word on a check: which one by its digest, whether it held, for how many seconds and looks.

    `check` is None where the record names none any more.
    """

    check: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")] | None
    held: bool
    seconds: Annotated[int, Field(ge=0)]
    looks: Annotated[int, Field(ge=0)]


class HealthWanted(Frozen):
    """A question about the health of an attempt whose job succeeded, asked by its promotion."""

    deployment: Deployment
    job: JobNumber
    deployment_id: Annotated[ExternalId | None, Field(exclude_if=lambda value: value is None)] = None


class HealthResult(Frozen):
    """The end of a check: `words` say what was seen. `seal` is the worker's signature on it."""

    evidence: HealthEvidence
    words: Annotated[str, Field(max_length=2_000)]
    seal: Annotated[Jws | None, Field(exclude_if=lambda seal: seal is None)] = None


def ended(stretch: Stretch, check: HealthCheck) -> HealthResult:
    """The result of a check that held, or did not within its time."""
    held = stretch.held(check) is True
    seconds = int((stretch.holding or timedelta(0)).total_seconds())
    evidence = HealthEvidence(check=check.digest, held=held, seconds=seconds, looks=stretch.looks)
    if held:
        words = write("health-held", seconds=seconds, looks=stretch.looks, seen=stretch.seen)
    else:
        seen = stretch.fault or stretch.seen
        words = write("health-failed", wanted=_seconds(check.lasts), within=_seconds(check.ends_after), seen=seen)
    return HealthResult(evidence=evidence, words=words)


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


def unnamed() -> HealthResult:
    """The result where the record, as of the job's end, names no check: there is nothing to look at."""
    return HealthResult(
        evidence=HealthEvidence(check=None, held=True, seconds=0, looks=0), words=write("health-unnamed")
    )


def unreadable(why: str) -> HealthResult:
    """The result where the catalogue's word, as of the job's end, can't be read: a fault lets nothing through."""
    return HealthResult(
        evidence=HealthEvidence(check=None, held=False, seconds=0, looks=0),
        words=write("health-unreadable", seen=why[:WORDS]),
    )


def compared(values: Sequence[float], probe: PrometheusProbe) -> bool:
    """Tells whether the query found something, and all of it compares as asked."""
    return bool(values) and all(probe.operator.holds(value, probe.threshold) for value in values)
