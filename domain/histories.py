"""The histories that a ticket may have, and the status that each amounts to."""

from domain import emergencies
from domain.emergencies import Phase
from domain.errors import IllegalTransition
from domain.ticket import SYSTEM, Action, HistoryEntry, PromotionRequest, State, Status

TRANSITIONS: dict[tuple[State | None, Action], State] = {
    (None, Action.CREATED): State.PENDING,
    (State.PENDING, Action.ENDORSED): State.PENDING,
    (State.PENDING, Action.UNENDORSED): State.PENDING,
    (State.PENDING, Action.APPROVED): State.APPROVED,
    (State.PENDING, Action.REJECTED): State.REJECTED,
    (State.PENDING, Action.CANCELLED): State.CANCELLED,
    (State.PENDING, Action.EXPIRED): State.EXPIRED,
    (State.PENDING, Action.SUPERSEDED): State.SUPERSEDED,
    (State.APPROVED, Action.CANCELLED): State.CANCELLED,
    (State.APPROVED, Action.SUPERSEDED): State.SUPERSEDED,
    (State.APPROVED, Action.DUE): State.APPROVED,
    (State.APPROVED, Action.HELD): State.APPROVED,
    (State.APPROVED, Action.RELEASED): State.APPROVED,
    (State.APPROVED, Action.LAPSED): State.PENDING,
    (State.APPROVED, Action.DEPLOYING): State.DEPLOYING,
    (State.DEPLOYING, Action.DEPLOYED): State.DEPLOYED,
    (State.DEPLOYING, Action.FAILED): State.FAILED,
    (State.DEPLOYING, Action.VERIFYING): State.VERIFYING,
    (State.VERIFYING, Action.DEPLOYED): State.DEPLOYED,
    (State.VERIFYING, Action.FAILED): State.FAILED,
    (State.FAILED, Action.RETRIED): State.DEPLOYING,
    (State.DEPLOYING, Action.DEPLOYING): State.DEPLOYING,
    (State.DEPLOYING, Action.LAPSED): State.PENDING,
    (State.DEPLOYED, Action.RATIFIED): State.DEPLOYED,
    (State.DEPLOYED, Action.REFUTED): State.DEPLOYED,
    (State.FAILED, Action.RATIFIED): State.FAILED,
    (State.FAILED, Action.REFUTED): State.FAILED,
}
"""The whole lifecycle. `deploying` and `lapsed` stand right after `retried` where the state is deploying; the last four
rows answer for an emergency."""

_UNDER_HOLD = frozenset({Action.RELEASED, Action.CANCELLED, Action.LAPSED, Action.SUPERSEDED})
"""The only actions that may follow `held`."""

BY_SEVERAL = frozenset({Action.ENDORSED, Action.UNENDORSED})
"""The actions that several people may take one after the other."""

SAME_STATE = BY_SEVERAL | emergencies.ANSWERS
"""The actions after which the state is what it was; of the others that leave it, the engine is told all the same."""


def check_status(ticket: PromotionRequest) -> None:
    """Raise IllegalTransition, or pydantic's ValidationError, unless these rules can make the ticket's status."""
    if status_of(ticket.status.history) != ticket.status:
        raise IllegalTransition("the status is not what the history amounts to")


def status_of(history: tuple[HistoryEntry, ...]) -> Status:
    """The status that a history amounts to; raises IllegalTransition where the lifecycle has no such step.

    The status is a function of the history, so a status that says something else was not written by these rules.
    """
    state: State | None = None
    previous: HistoryEntry | None = None
    phase = Phase.NONE
    fields: dict[str, object] = {}
    for entry in history:
        _check_order(previous, entry)
        _check_rule(previous, entry)
        emergencies.check_entry(entry)
        _check_behalf(entry)
        reached = TRANSITIONS.get((state, entry.action))
        if reached is None:
            raise IllegalTransition(f"A request that is {state or 'not created'} can't be {entry.action}")
        state, previous, phase = reached, entry, emergencies.following(phase, entry)
        fields |= _facts(entry)
    return Status.model_validate({"state": state, "history": history, **fields})


def previous(ticket: PromotionRequest) -> PromotionRequest | None:
    """The ticket before its last transition, None where that created it.

    Raises what `check_status` raises.
    """
    check_status(ticket)
    *before, _ = ticket.status.history
    return ticket.model_copy(update={"status": status_of(tuple(before))}) if before else None


def as_of(ticket: PromotionRequest, number: int) -> PromotionRequest:
    """The ticket as it was after that many of its transitions."""
    history = ticket.status.history
    if number == len(history):
        return ticket
    return ticket.model_copy(update={"status": status_of(history[:number])})


def continues(before: PromotionRequest, now: PromotionRequest) -> bool:
    """Tells whether `now` still says everything of the request that `before` says."""
    history = before.status.history
    return before.digest == now.digest and now.status.history[: len(history)] == history


def _check_order(previous: HistoryEntry | None, entry: HistoryEntry) -> None:
    if previous is None:
        return
    if entry.at < previous.at:
        raise IllegalTransition(f"{entry.action} can't be earlier than {previous.action}")
    if previous.action is entry.action and entry.action not in {*BY_SEVERAL, Action.RETRIED}:
        raise IllegalTransition(f"A request can't be {entry.action} twice in a row")
    if previous.action is Action.HELD and entry.action not in _UNDER_HOLD:
        raise IllegalTransition(f"A request that is held can't be {entry.action}")
    if entry.action is Action.RELEASED and previous.action is not Action.HELD:
        raise IllegalTransition("A request that nobody holds can't be released")
    if entry.action is Action.VERIFYING and (previous.action is not Action.DEPLOYING or entry.job_id is None):
        raise IllegalTransition("Only what a job deployed can be verified")
    if entry.action is Action.LAPSED and previous.action is Action.DEPLOYING:
        raise IllegalTransition("The approval of a request whose job was made can't lapse")


def _check_rule(previous: HistoryEntry | None, entry: HistoryEntry) -> None:
    """A rule approves what was just created, and says so: whatever follows, only people approve."""
    approves = entry.action is Action.APPROVED and entry.by == SYSTEM
    if approves is (entry.rule is None):
        raise IllegalTransition("An approval by nobody names the rule that approved, and nothing else names one")
    if approves and (previous is None or previous.action is not Action.CREATED):
        raise IllegalTransition("A rule approves a request right after it was created, or not at all")


_ON_BEHALF = BY_SEVERAL | {Action.APPROVED, Action.REJECTED}
"""The actions that somebody may take for another, whose vote was handed to them."""


def _check_behalf(entry: HistoryEntry) -> None:
    if entry.on_behalf_of is None:
        return
    if entry.action not in _ON_BEHALF or entry.by == SYSTEM or entry.emergency:
        raise IllegalTransition("A vote alone is given on somebody's behalf, by somebody")


def _facts(entry: HistoryEntry) -> dict[str, object]:
    match entry.action:
        case Action.APPROVED:
            return {"approved_by": None if entry.by == SYSTEM else entry.by, "approved_at": entry.at}
        case Action.LAPSED:
            return {"approved_by": None, "approved_at": None}
        case Action.REJECTED:
            return {"rejected_by": entry.by, "rejected_at": entry.at, "rejection_reason": entry.reason}
        case Action.DEPLOYED:
            return {"deployed_at": entry.at}
        case _:
            return {}
