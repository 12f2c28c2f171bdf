"""The difference between an API's contract in staging and in production, as a worker computed it, and what follows."""

from collections.abc import Iterable
from enum import IntEnum, StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from domain.decision import Digest, Jws
from domain.storage import Sha256
from domain.ticket import Impact, TargetType
from domain.values import Frozen, Moment, TargetName

ContractUrl = Annotated[str, Field(max_length=2_048, pattern=r"^[hH][tT][tT][pP][sS]?://[^\s/?#\\@]+([/?#][^\s\\]*)?$")]
"""The address of an OpenAPI document; it carries no name or password."""

MOST_CHANGES = 30
"""Changes that are kept, the breaking ones first; all are counted."""

LONGEST_TEXT = 300


class ContractRule(Frozen):
    """The addresses of an API's OpenAPI documents, and the impact that a breaking change has at least.

    The target's owners set all of it in the catalogue.
    """

    staging: ContractUrl
    production: ContractUrl
    impact: Impact = Impact.HIGH


class Severity(IntEnum):
    """The harm that a change may do to who calls the API, as oasdiff numbers it."""

    HARMLESS = 1
    RISKY = 2
    BREAKING = 3


class ContractChange(Frozen):
    """One change: oasdiff's name and sentence of it, and the operation that it is about."""

    severity: Severity
    rule: Annotated[str, StringConstraints(max_length=100)]
    text: Annotated[str, StringConstraints(max_length=LONGEST_TEXT)]
    operation: Annotated[str, StringConstraints(max_length=LONGEST_TEXT)] = ""


class ReadDocument(Frozen):
    """A document as it was read: its address, the SHA-256 of its bytes, and how many there were."""

    url: ContractUrl
    sha256: Sha256
    size: int


class ContractState(StrEnum):
    COMPARED = "compared"
    NOT_COMPARED = "not-compared"


class NotCompared(StrEnum):
    """The reason why nobody could compare, for whoever says it in another language."""

    NO_DIFFER = "no-differ"
    NOT_ALLOWED = "not-allowed"
    AWAY = "away"
    TOO_LARGE = "too-large"
    UNREADABLE = "unreadable"
    NOT_KEPT = "not-kept"


class Found(Frozen):
    """The changes from production's document to staging's: how many of each kind, and the gravest of them."""

    breaking: int
    risky: int
    harmless: int
    changes: Annotated[tuple[ContractChange, ...], Field(max_length=MOST_CHANGES)]

    @classmethod
    def of(cls, changes: Iterable[ContractChange]) -> Self:
        """Count all, and keep the gravest."""
        found = sorted(changes, key=lambda each: -each.severity)
        counts = [sum(each.severity is severity for each in found) for severity in Severity]
        harmless, risky, breaking = counts
        return cls(breaking=breaking, risky=risky, harmless=harmless, changes=tuple(found[:MOST_CHANGES]))


class ContractDifference(Frozen):
    """A comparison that a worker made for one submission: of which bytes, when, and by which differ; or why not.

    `key` is the submission's, so that it goes with no other one. `impact` is what a breaking change has at least. The
    worker seals it.
    """

    key: Digest
    at: Moment
    type: TargetType
    name: TargetName
    impact: Impact
    state: ContractState
    production: ReadDocument | None = None
    staging: ReadDocument | None = None
    found: Found | None = None
    reason: NotCompared | None = None
    why: Annotated[str, StringConstraints(max_length=500)] | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        compared = self.state is ContractState.COMPARED
        given = (self.production, self.staging, self.found)
        missing = (self.reason, self.why)
        if {each is not None for each in given} != {compared} or {each is None for each in missing} != {compared}:
            raise ValueError("two documents and changes go with compared, a reason with not-compared")
        return self


class ContractWanted(Frozen):
    """A target whose contract is to be compared for a submission; where it is, the record says."""

    key: Digest
    type: TargetType
    name: TargetName


class SealedContract(Frozen):
    """The comparison, and the worker's signature on it; None where the record has no key of the service."""

    difference: ContractDifference
    seal: Jws | None = None


def raised(said: Impact, difference: ContractDifference | None) -> Impact:
    """The impact that the requester says, or a higher one that the target's owners set for breaking changes.

    Nothing that a document holds lowers it: what was not compared, or has no breaking change, leaves what is said.
    """
    if difference is None or difference.found is None or not difference.found.breaking:
        return said
    return max(said, difference.impact, key=tuple(Impact).index)
