"""Replays what rules would have approved by themselves: the requests of each target, in the order in which they were.

What a rule approves in a replay proves nothing of the next time there, as it would not have in fact.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.rules import Applied
from domain.standard import AskedChange, PastEvent, Sealed, StandardRule, goes_back, judged, stopped, went_well
from domain.ticket import Action, Impact, PromotionRequest
from domain.values import RuleName, same_name

_SEEN = Sealed(tested=True, compared=True)
"""Evidence is taken for seen, and a contract for one that breaks nobody: a request's file says nothing of them."""

_ENDS = frozenset({Action.DEPLOYED, Action.FAILED})

Standing = tuple[RuleName, StandardRule] | None
"""The rule that says what is standard for a request, by its name; None where none does."""


@dataclass(frozen=True, slots=True)
class PastRequest:
    """A request as far as such rules look at it: `ends` are those of its attempts, and the rules are of both sides."""

    ticket_id: str
    target: tuple[str, str, str]
    asked: AskedChange
    at: datetime
    ends: tuple[PastEvent, ...]
    rules: tuple[Standing, Standing]

    @property
    def ended(self) -> Action | None:
        """The end that its deployment came to first; None where it did not yet, or was not to be."""
        first = next((each for each in self.ends if not each.stopped), None)
        if first is None:
            return None
        return Action.FAILED if first.failed else Action.DEPLOYED


def past_request(ticket: PromotionRequest, impact: Impact, held: tuple[Applied, Applied]) -> PastRequest:
    """The request, whose impact is this by its target's owners, with what holds for it by today's rules and others."""
    target = ticket.spec.target
    ends = tuple(
        PastEvent.of(ticket, entry.at, clean=went_well(ticket), failed=entry.action is Action.FAILED)
        for entry in ticket.status.history
        if entry.action in _ENDS
    )
    if stopped(ticket):
        ends = (*ends, PastEvent.of(ticket, ticket.last.at, stopped=True))
    today, changed = map(_standing, held)
    return PastRequest(
        ticket.id,
        (target.type, same_name(target.name), target.target_environment),
        AskedChange(ticket.metadata.tenant, target.version, impact),
        ticket.metadata.created_at,
        ends,
        (today, changed),
    )


def _standing(held: Applied) -> Standing:
    return None if held.standard is None or held.standard_of is None else (held.standard_of, held.standard)


def approved_by_rules(requests: Iterable[PastRequest], side: int) -> Iterator[tuple[PastRequest, RuleName]]:
    """Each request that a rule of that side, 0 for today's, would have approved, with the rule."""
    of_targets = defaultdict[tuple[str, str, str], list[PastRequest]](list)
    for request in requests:
        of_targets[request.target].append(request)
    for alike in of_targets.values():
        yield from _of_target(alike, side)


def _of_target(requests: Sequence[PastRequest], side: int) -> Iterator[tuple[PastRequest, RuleName]]:
    """The same of one target: its creations and ends are gone through in the order in which they were."""
    moments: list[tuple[datetime, int, str, PastRequest, PastEvent | None]] = []
    moments += [(each.at, 0, each.ticket_id, each, None) for each in requests]
    moments += [(end.at, 1, each.ticket_id, each, end) for each in requests for end in each.ends]
    row, stops, alone = list[PastEvent](), list[PastEvent](), set[str]()
    production: str | None = None
    for _, _, _, request, end in sorted(moments, key=lambda moment: moment[:3]):
        if end is not None and end.stopped:
            stops.append(end)
        elif end is not None:
            clean = end.clean and request.ticket_id not in alone
            row = _after([] if goes_back(production, end) else row, end, clean=clean and not goes_back(production, end))
            production = production if end.failed else end.version
        elif (held := request.rules[side]) is not None:
            said = judged(*held, request.asked, (*stops, *row), production, _SEEN, request.at)
            if said.approves:
                alone.add(request.ticket_id)
                yield request, said.rule


def _after(row: list[PastEvent], end: PastEvent, *, clean: bool) -> list[PastEvent]:
    """The row of what may count after another end: of each day the first one that is clean, since the last failure."""
    if end.failed or (row and row[-1].tenant != end.tenant):
        row = []
    elif clean and row and row[-1].clean and row[-1].at.date() == end.at.date():
        return row
    if not end.failed and (clean or not row):
        row.append(end.model_copy(update={"clean": clean}))
    return row
