"""The small values that everything else is made of, each with its limits and one sentence when it is broken."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

_ISO = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)")


class Frozen(BaseModel):
    """A value: immutable, closed to unknown keys, snake_case in Python and camelCase outside."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )


def _iso_only(value: Any) -> Any:
    """Refuse what pydantic would read as a Unix time or a local time."""
    if isinstance(value, datetime) or (isinstance(value, str) and _ISO.fullmatch(value)):
        return value
    raise ValueError("must be an ISO 8601 date-time with a zone, such as 2026-01-31T09:30:00Z")


def _to_utc_seconds(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("must have a zone, such as Z or +02:00")
    try:
        moment = value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("must lie within the years 1 to 9999 in UTC") from error
    return moment.replace(microsecond=0) if moment.microsecond else moment


def iso(moment: datetime) -> str:
    """A moment as the record writes it: UTC, seconds, ending in Z."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"


_FIRST, _LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)


def shifted(moment: datetime, by: timedelta) -> datetime:
    """The moment so much later, within the calendar: a recorded ticket may name any date."""
    try:
        return moment + by
    except OverflowError:
        return _LAST if by > timedelta(0) else _FIRST


Moment = Annotated[
    datetime,
    BeforeValidator(_iso_only, json_schema_input_type=str),
    AfterValidator(_to_utc_seconds),
    PlainSerializer(iso, return_type=str),
]
"""A point in time: aware, UTC, whole seconds; on the wire an ISO 8601 string that ends in Z."""


def _visible(at_least: int) -> AfterValidator:
    def check(text: str) -> str:
        if len(text.strip()) < at_least:
            if at_least == 1:
                raise PydanticCustomError("blank", "must not be blank")
            raise PydanticCustomError(
                "string_too_short", "must have at least {min_length} characters", {"min_length": at_least}
            )
        return text

    return AfterValidator(check)


TICKET_ID = r"PR-[0-9]{4}-(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3,8})"
TicketId = Annotated[str, StringConstraints(pattern=f"^{TICKET_ID}$")]
"""`PR-YYYY-NNNN`, numbered from 0001 in each year, at least four digits."""

CommitId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")]
"""A commit of the record."""

Tenant = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
"""A tenant's name as its file under `tenants/` has it: a DNS label in lower case."""

Email = Annotated[
    str,
    StringConstraints(
        pattern=r"^[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,183}[A-Za-z0-9])?$", max_length=254
    ),
]
"""An e-mail address without quoting or comments; nothing in it can be a template, a header or a path."""

TargetName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,126}[A-Za-z0-9])?$")]


def same_name(name: str) -> str:
    """The form in which two spellings of one target's name are equal."""
    return unicodedata.normalize("NFKC", name).casefold()


Version = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.+_-]{1,64}$")]
ShownVersion = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.+_-]{0,64}$")]
"""The version in production as somebody was shown it; empty where they were shown that there is none."""

ArtifactDigest = Annotated[str, StringConstraints(pattern=r"^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$")]
"""The digest of what is deployed, by its content: `sha256:` and 64 hex digits, or `sha512:` and 128."""

RuleName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
"""The name of a rule of the company, which is its file's: `rules/<name>.yaml`."""

Environment = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]

# Where pydantic counts characters it refuses lone surrogates too, which neither YAML nor Git could hold.
Justification = Annotated[str, Field(max_length=16_384), _visible(20)]
ReleaseNotes = Annotated[str, Field(max_length=131_072), _visible(1)]
RollbackPlan = Annotated[str, Field(max_length=16_384), _visible(1)]
Comment = Annotated[str, Field(max_length=4_096)]
Reason = Annotated[str, Field(max_length=4_096), _visible(10)]
ErrorText = Annotated[str, Field(max_length=8_192)]
EvidenceUrl = Annotated[str, Field(max_length=2_048, pattern=r"^[hH][tT][tT][pP][sS]?://[^\s/?#\\]+[^\s\\]*$")]
ExternalId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$")]
"""An id that another system gave, such as `awx-job-5678`."""


class Language(StrEnum):
    EN = "en"
    FR = "fr"
