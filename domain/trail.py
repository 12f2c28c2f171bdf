"""The audit trail's entries: each tells what somebody did, tried or was refused, when and from where.

An entry is made where something has just been decided, and must not fail there: every text is cut to its limit, and
what is no text in UTF-8 is replaced.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, StringConstraints

from domain.roles import Person
from domain.values import Frozen


class AuditAction(StrEnum):
    """The act that an entry tells of; those of decisions are named as decisions are."""

    SIGN_IN = "sign-in"
    LOGOUT = "logout"
    READ = "read"
    CALL = "call"
    """Any other call that would have changed something."""
    CREATE = "create"
    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"
    RETRY = "retry"
    HOLD = "hold"
    RELEASE = "release"
    ENDORSE = "endorse"
    """A vote after which others are missing."""
    UNENDORSE = "unendorse"
    EMERGENCY = "emergency"
    """An approval past votes and freezes."""
    RATIFY = "ratify"
    REFUTE = "refute"
    DELEGATE = "delegate"
    """Handing one's vote over."""
    UNDELEGATE = "undelegate"
    """Ending that before its time, by whoever may."""
    REGISTER_PASSKEY = "register-passkey"
    """Bringing a further passkey, by an earlier one's answer."""
    WITHDRAW_PASSKEY = "withdraw-passkey"
    REPAIR = "repair"
    DECODE = "decode"
    """Reading what Temporal keeps encrypted."""
    DOWNLOAD = "download"
    EXPORT = "export"
    REPORT = "report"
    LINK = "link"
    TEMPLATE = "template"
    PURGE = "purge"
    CHANGE_KEYS = "change-keys"
    CHANGE_ROLES = "change-roles"
    CHANGE_RULES = "change-rules"
    CHANGE_DELEGATIONS = "change-delegations"
    CHANGE_CATALOGUE = "change-catalogue"
    CHANGE_TEMPLATES = "change-templates"


class Outcome(StrEnum):
    """The end of an act: done, refused by a rule, or failed by a fault."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class Via(StrEnum):
    """The way by which somebody acted."""

    API = "api"
    SLACK = "slack"
    GIT = "git"
    COMMAND = "command"
    PROVIDER = "provider"
    """The identity provider, which ends sessions by itself."""
    SERVICE = "service"


def _cut(limit: int) -> Any:
    def cut(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        text = value[:limit].encode("utf-8", "replace").decode()
        return text or None

    return BeforeValidator(cut)


def _milliseconds(value: datetime) -> datetime:
    try:
        utc = value.astimezone(UTC)
    except OverflowError as error:  # pydantic takes a ValueError alone for a refusal
        raise ValueError("must be a moment that UTC has") from error
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def _iso(value: datetime) -> str:
    return value.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


Instant = Annotated[datetime, AfterValidator(_milliseconds), PlainSerializer(_iso, return_type=str)]
"""A point in time in UTC, to the millisecond: several acts of one second keep their order."""

Short = Annotated[str | None, _cut(255)]
Detail = Annotated[str | None, _cut(1_000)]

EntryId = Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]
"""An entry's id: milliseconds since 1970 in 12 hex digits, then chance. Ids in their order are entries in time's."""


def id_at(at: datetime, chance: str) -> str:
    """The id of an entry of this moment; `chance` is 20 hex digits."""
    return f"{max(0, int(at.timestamp() * 1000)):012x}{chance}"


class AuditEntry(Frozen):
    """One entry. `by` is an address, or another name of who acted, where nobody was signed in; None for a stranger.

    `kind` is the refusal's word as the API says it, `rule` the broken rule's, `status` the answer's. `call` is
    the request's method and path. `tenant` decides who may read the entry besides the platform's administrators.
    `left_out` entries were too many to be kept, before this one was.
    """

    id: EntryId
    at: Instant
    action: AuditAction
    outcome: Outcome = Outcome.DONE
    by: Short = None
    name: Short = None
    subject: Short = None
    tenant: Short = None
    ticket: Short = None
    kind: Short = None
    rule: Short = None
    status: Annotated[int | None, Field(ge=100, le=599)] = None
    call: Short = None
    detail: Detail = None
    address: Short = None
    via: Via = Via.API
    left_out: Annotated[int | None, Field(ge=1)] = None

    @classmethod
    def of(cls, action: AuditAction, by: Person | str | None, at: datetime, **said: Any) -> Self:
        """An entry by a person, or by somebody's name; `id` is among what is said."""
        who: dict[str, Any] = {"by": by}
        if isinstance(by, Person):
            who = {"by": by.email, "name": by.name, "subject": by.subject}
        return cls(**({"at": at, "action": action} | who | said))
