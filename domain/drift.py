"""The ways in which the record, the engine and AWX may differ, and what mends each."""

from enum import StrEnum

from domain import lifecycle
from domain.deployment import job_name
from domain.ticket import PromotionRequest
from domain.values import Frozen
from domain.watch import JobComparison


class DriftKind(StrEnum):
    NO_PROMOTION = "no-promotion"
    BEHIND = "behind"
    UNRECORDED = "unrecorded"
    CONFLICT = "conflict"
    NO_TICKET = "no-ticket"
    NO_ANSWER = "no-answer"
    UNPROVEN = "unproven"
    UNREADABLE = "unreadable"
    STRAY_JOB = "stray-job"
    MISSING_JOB = "missing-job"


APPLIED = frozenset({DriftKind.NO_PROMOTION, DriftKind.BEHIND})
"""The kinds that `--apply` mends: the promotion goes on from what the record proves."""

_FROM_RECORD = "`prodgate reconcile --apply` has its promotion go on from the record"

MENDS = {
    DriftKind.NO_PROMOTION: _FROM_RECORD,
    DriftKind.BEHIND: _FROM_RECORD,
    DriftKind.UNRECORDED: "its promotion commits it by itself, once Git takes it",
    DriftKind.CONFLICT: "a person decides which is right: `prodgate verify` names the commits",
    DriftKind.NO_TICKET: "its promotion commits it by itself, once Git takes it; if nobody asked for it, terminate it",
    DriftKind.NO_ANSWER: "start a worker and look again",
    DriftKind.UNPROVEN: "a platform admin puts back what was proven, with `prodgate repair`; then look again",
    DriftKind.UNREADABLE: "a person mends the file or takes it back",
    DriftKind.STRAY_JOB: "a person finds out who launched it; AWX stops it",
    DriftKind.MISSING_JOB: "a person finds out what became of it in AWX",
}
"""The remedy for each kind."""


_SUBJECT, _FOUND = 200, 1_000
"""Characters of a difference that are told: a file's name may have millions, a report is one answer."""


class Drift(Frozen):
    """One difference. `subject` is a ticket's id, the path of a file that is none, or a job as tickets write it.

    `found` and `mend` are sentences.
    """

    kind: DriftKind
    subject: str
    found: str
    mend: str

    @classmethod
    def of(cls, kind: DriftKind, subject: str, found: str) -> "Drift":
        return cls(kind=kind, subject=subject[:_SUBJECT], found=found[:_FOUND], mend=MENDS[kind])


class DriftReport(Frozen):
    """The differences between record and engine: how many of each kind, and the first of them."""

    counts: dict[DriftKind, int]
    first: tuple[Drift, ...] = ()

    def __str__(self) -> str:
        told = ", ".join(f"{count} {kind}" for kind, count in sorted(self.counts.items()))
        return f"{told}: see `prodgate reconcile`" if told else "none"


def difference(recorded: PromotionRequest | None, told: PromotionRequest) -> DriftKind | None:
    """Compare the record's ticket with the one that its promotion tells of, asked for later; None for the same."""
    if recorded is None:
        return DriftKind.NO_TICKET
    if recorded == told:
        return None
    if lifecycle.continues(recorded, told):
        return DriftKind.UNRECORDED
    return DriftKind.BEHIND if lifecycle.continues(told, recorded) else DriftKind.CONFLICT


def of_jobs(compared: JobComparison) -> tuple[Drift, ...]:
    """The differences between record and AWX."""
    strays = [Drift.of(DriftKind.STRAY_JOB, job_name(each.job), each.reason) for each in compared.strays]
    missing = [Drift.of(DriftKind.MISSING_JOB, each.request_id, each.reason) for each in compared.missing]
    return (*strays, *missing)
