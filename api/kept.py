"""Shows what was kept of looks at other systems: at two contracts of an API, at a request's test evidence."""

from typing import Self

from domain.contract import ContractDifference, ContractState, Found, NotCompared, ReadDocument, SealedContract
from domain.evidence import Evidence, EvidenceState, NotChecked, Pipeline
from domain.ticket import Impact
from domain.values import Frozen, Moment


class ContractShown(Frozen):
    """A request's contract beside production's, as it was compared; `state` is null where the catalogue names none.

    Documents and changes go with compared, `reason` and `why` with not-compared. `impact` is what a breaking change has
    at least.
    """

    state: ContractState | None
    at: Moment | None = None
    impact: Impact | None = None
    production: ReadDocument | None = None
    staging: ReadDocument | None = None
    found: Found | None = None
    reason: NotCompared | None = None
    why: str | None = None

    @classmethod
    def of(cls, difference: ContractDifference | None, *, named: bool) -> Self:
        """Shows what was kept; `named` tells whether the catalogue names documents of the target."""
        if difference is None:
            return cls.model_validate(_NOTHING_KEPT if named else {"state": None})
        return cls.model_validate(difference.model_dump(by_alias=False, exclude={"key", "type", "name"}))

    @classmethod
    def before(cls, found: SealedContract | None, *, named: bool) -> Self:
        """Shows what was found before anything was sent."""
        if found is None and named:
            return cls(state=ContractState.NOT_COMPARED, reason=NotCompared.AWAY, why="nobody compared them in time")
        return cls.of(found.difference if found else None, named=named)


_NOTHING_KEPT = {
    "state": ContractState.NOT_COMPARED,
    "reason": NotCompared.NOT_KEPT,
    "why": "nothing was kept of a comparison",
}


class EvidenceChecks(Frozen):
    """A request's test evidence as it was seen; `state` is null where it is no pipeline of a GitLab that we ask.

    `pipeline` goes with checked, `reason` and `why` with not-checked. Nothing of it makes a claim true.
    """

    state: EvidenceState | None
    at: Moment | None = None
    pipeline: Pipeline | None = None
    reason: NotChecked | None = None
    why: str | None = None

    @classmethod
    def of(cls, evidence: Evidence | None, *, asked: bool) -> Self:
        """Shows what was kept; `asked` tells whether the address is one that we look at."""
        if evidence is None:
            return cls.model_validate(_NOT_KEPT if asked else {"state": None})
        return cls.model_validate(evidence.model_dump(by_alias=False, exclude={"key", "url"}))


_NOT_KEPT = {
    "state": EvidenceState.NOT_CHECKED,
    "reason": NotChecked.NOT_KEPT,
    "why": "nothing was kept of a look at it",
}
