"""The outcome of replaying a change of rules: launches that it would have stopped, and requests that it decides not."""

import heapq
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from domain.replaying import PastLaunch, Replay, Stop, launches, stops
from domain.replaying_standard import PastRequest, approved_by_rules, past_request
from domain.ticket import Action, PromotionRequest

NEWEST = 3
"""Requests of a row that are named."""


@dataclass
class Newest:
    """Counts requests or their launches, and names the newest."""

    count: int = 0
    named: list[tuple[datetime, str]] = field(default_factory=list)

    def add(self, at: datetime, ticket: str) -> None:
        """Count one, which was something at that time."""
        self.count += 1
        if len(self.named) < NEWEST or at > self.named[-1][0]:
            self.named = heapq.nlargest(NEWEST, {*self.named, (at, ticket)})

    def merge(self, other: "Newest") -> None:
        """Count those of another part of the record, too."""
        self.count += other.count
        self.named = heapq.nlargest(NEWEST, {*self.named, *other.named})

    @property
    def tickets(self) -> tuple[str, ...]:
        """The newest, each once."""
        return tuple(dict.fromkeys(ticket for _, ticket in self.named))


@dataclass
class TrialRow:
    """Launches that are stopped in one way, by the rules of today and by the change.

    `newly` are those that nothing stops today, with how they ended; `freed` those that nothing stops any more.
    """

    today: int = 0
    changed: int = 0
    newly: Newest = field(default_factory=Newest)
    ended: Counter[Action | None] = field(default_factory=Counter)
    freed: Newest = field(default_factory=Newest)

    def merge(self, other: "TrialRow") -> None:
        """Count those of another part of the record, too."""
        self.today += other.today
        self.changed += other.changed
        self.newly.merge(other.newly)
        self.ended += other.ended
        self.freed.merge(other.freed)


@dataclass
class Trial:
    """Counts of a replay; of each part of the record there is one, and they are merged."""

    requests: int = 0
    launches: int = 0
    total: TrialRow = field(default_factory=TrialRow)
    """Every launch once, by whatever it is stopped."""
    rows: dict[Stop, TrialRow] = field(default_factory=dict)
    standard: dict[str, TrialRow] = field(default_factory=dict)
    """Requests that a rule would have approved by itself, by the rule; `freed` are those that it no longer would."""
    asked: list[PastRequest] = field(default_factory=list)
    """Requests of which such a rule may say something, until all parts are there."""
    undecided: dict[tuple[str, ...], Newest] = field(default_factory=dict)
    """Requests of which the change decides nothing, by the rules that contradict each other."""
    stranded: dict[str, Newest] = field(default_factory=dict)
    """Open requests that nobody could approve by the change, by the rule that asks for their votes."""
    unread: list[str] = field(default_factory=list)
    """Files that hold no ticket."""

    def observe(self, ticket: PromotionRequest, today: Replay, change: Replay) -> None:
        """Count a request with all its launches."""
        self.requests += 1
        before, after = today.held(ticket), change.held(ticket)
        if after.undecided:
            self.undecided.setdefault(after.undecided, Newest()).add(ticket.metadata.created_at, ticket.id)
        if today.approves_alone or change.approves_alone:
            self.asked.append(past_request(ticket, change.impact(ticket), (before, after)))
        for launch in launches(ticket):
            self.launches += 1
            self._count(ticket.id, launch, {*stops(before, launch)}, {*stops(after, launch)})

    def strand(self, rule: str, ticket: PromotionRequest) -> None:
        """Count a request that the rule leaves to nobody."""
        self.stranded.setdefault(rule, Newest()).add(ticket.metadata.created_at, ticket.id)

    def _count(self, ticket: str, launch: PastLaunch, before: set[Stop], after: set[Stop]) -> None:
        if not before and not after:
            return
        rows = [(self.rows.setdefault(stop, TrialRow()), stop in before, stop in after) for stop in before | after]
        for row, was, becomes in [(self.total, bool(before), bool(after)), *rows]:
            row.today += was
            row.changed += becomes
            if becomes and not before:
                row.newly.add(launch.at, ticket)
                row.ended[launch.ended] += 1
            if was and not after:
                row.freed.add(launch.at, ticket)

    def replay_standard(self) -> None:
        """Count what rules would have approved by themselves, once every part of the record is here."""
        today, changed = (
            {each.ticket_id: (each, rule) for each, rule in approved_by_rules(self.asked, side)} for side in (0, 1)
        )
        self.asked = []
        for ticket in today.keys() | changed.keys():
            before, after = today.get(ticket), changed.get(ticket)
            for request, rule in dict.fromkeys(filter(None, (before, after))):
                row = self.standard.setdefault(rule, TrialRow())
                was, becomes = before is not None and before[1] == rule, after is not None and after[1] == rule
                row.today += was
                row.changed += becomes
                if becomes and before is None:
                    row.newly.add(request.at, ticket)
                    row.ended[request.ended] += 1
                if was and after is None:
                    row.freed.add(request.at, ticket)

    def merge(self, other: "Trial") -> None:
        """Count another part of the record, too."""
        self.asked += other.asked
        self.requests += other.requests
        self.launches += other.launches
        self.unread += other.unread
        self.total.merge(other.total)
        for stop, row in other.rows.items():
            self.rows.setdefault(stop, TrialRow()).merge(row)
        for rules, tickets in other.undecided.items():
            self.undecided.setdefault(rules, Newest()).merge(tickets)
        for name, waiting in other.stranded.items():
            self.stranded.setdefault(name, Newest()).merge(waiting)
