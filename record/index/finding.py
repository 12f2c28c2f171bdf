"""Finds the rows of a query: filters are bitmaps of postings, orders are sorted keys. Used by one thread at a time."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime

from pyroaring import FrozenBitMap

from domain.emergencies import owes
from domain.roles import Person, Scope, same_address
from domain.ticket import OPEN, PromotionRequest, State
from record.index import words
from record.index.census import Census
from record.index.ordering import ORDERS, UNDATED, Ordering, Ranks, key_of, value_of
from record.index.postings import IMPACT, NO_ROWS, OWED, STATE, TENANT, Postings
from record.index.query import Sort, TicketQuery
from record.index.spans import Spans

_EVERY = "*"


def terms(ticket: PromotionRequest, identities: frozenset[str]) -> frozenset[str]:
    """Every term that the ticket is found by: its words, one for each filter, and who asked as they were known then."""
    meta, target = ticket.metadata, ticket.spec.target
    filters = (_state(ticket.state), _tenant(meta.tenant), _requester(meta.created_by), _type(target.type))
    asked_for = (_name(target.name), _impact(ticket.spec.request.impact_assessment))
    of_acts = (*map(_asked_as, identities), *_votes(ticket), *_owed(ticket))
    return words.terms(ticket) | {_EVERY, *filters, *asked_for, *of_acts}


def _state(state: str) -> str:
    return STATE + state


def _tenant(tenant: str) -> str:
    return TENANT + tenant


def _requester(address: str) -> str:
    return f"r:{same_address(address)}"


def _impact(impact: str) -> str:
    return IMPACT + impact


def _votes(ticket: PromotionRequest) -> Iterator[str]:
    """The terms of who has voted for a ticket that waits for others."""
    if ticket.state is State.PENDING:
        cast = [ticket.status.history[place] for place in ticket.votes]
        yield from (_voted(each) for entry in cast for each in (entry.by, entry.on_behalf_of) if each is not None)


def _owed(ticket: PromotionRequest) -> tuple[str, ...]:
    """The term of a ticket that owes an answer for an emergency."""
    return (OWED,) if owes(ticket) else ()


def _voted(address: str) -> str:
    return f"v:{same_address(address)}"


def _asked_as(identity: str) -> str:
    return f"a:{identity}"


def _type(target_type: str) -> str:
    return f"k:{target_type}"


def _name(name: str) -> str:
    return f"n:{name}"


def _place(moment: datetime | None) -> int | None:
    """The place of a moment in an order of times."""
    return None if moment is None else key_of(int(moment.timestamp()), 0, 0)


class Finder:
    """Knows what the index's file says about filters and orders, ready to combine."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.postings = Postings(db)
        self.spans = Spans(db)
        self.census = Census(db, self.postings)
        self._db = db
        self._orders = {sort.lstrip("-"): Ordering() for sort in Sort}
        self.load()

    def load(self) -> None:
        """Learn the orders from the file; the spans, when they are asked for."""
        self.spans.forget()
        self.census.forget()
        sql = "SELECT row, created_at, updated_at, scheduled_at, impact, year, number FROM tickets"
        ranks = {row: Ranks(*columns) for row, *columns in self._db.execute(sql)}
        rows = list(ranks)
        for name, order in self._orders.items():
            order.fill(rows, list(map(ORDERS[name], ranks.values())))

    def put(self, row: int, ranks: Ranks) -> None:
        """The ticket in the row is new, or changed."""
        for name, order in self._orders.items():
            order.put(row, ORDERS[name](ranks))

    def remove(self, row: int) -> None:
        for order in self._orders.values():
            order.remove(row)

    def within(self, scope: Scope) -> FrozenBitMap:
        """The tickets of a scope."""
        if scope.tenants is None:
            return self.postings.term(_EVERY)
        own = self._any(map(_requester, scope.addresses))
        if scope.own_tenants is not None:
            own &= self._any(map(_tenant, scope.own_tenants))
        return own | self._any(map(_tenant, scope.tenants))

    def found(self, query: TicketQuery) -> FrozenBitMap:
        """The tickets that the query finds on whatever page."""
        own = self.within(query.scope) - self._done_by(query.decider)
        others = (self.within(scope) - self._done_by(giver) for scope, giver in query.handed)
        parts = [own.union(*(each - self._done_by(query.decider) for each in others))]
        if query.tenant is not None:
            parts.append(self.postings.term(_tenant(query.tenant)))
        if query.created_by is not None:
            parts.append(self.postings.term(_requester(query.created_by)))
        if query.target_name is not None:
            parts.append(self.postings.term(_name(query.target_name)))
        if query.target_type is not None:
            parts.append(self.postings.term(_type(query.target_type)))
        if query.impact is not None:
            parts.append(self.postings.term(_impact(query.impact)))
        if query.owed:
            parts.append(self.postings.term(OWED))
        if query.state:
            parts.append(self._any(map(_state, query.state)))
        if query.created_after or query.created_before:
            parts.append(self._created(query.created_after, query.created_before))
        if query.scheduled_after or query.scheduled_before:
            parts.append(self._scheduled(query.scheduled_after, query.scheduled_before))
        steps = {
            "approved_at": query.approved_after,
            "rejected_at": query.rejected_after,
            "deployed_at": query.deployed_after,
        }
        parts += [self.since(column, moment) for column, moment in steps.items() if moment]
        parts += map(self._word, words.asked(query.q))
        return parts[0].intersection(*parts[1:])

    def is_everything(self, found: FrozenBitMap) -> bool:
        return len(found) == len(self.postings.term(_EVERY))

    def of_tenant(self, tenant: str) -> FrozenBitMap:
        return self.postings.term(_tenant(tenant))

    def created(self, row: int) -> int:
        """The time at which the row's ticket was created, in Unix seconds."""
        return value_of(self._orders["createdAt"].key(row))

    def since(self, column: str, moment: datetime) -> FrozenBitMap:
        """The tickets whose time in the column is the moment or later."""
        found = self._db.execute(f"SELECT row FROM tickets WHERE {column} >= ?", (int(moment.timestamp()),))  # noqa: S608
        return FrozenBitMap([row for (row,) in found])

    def ended_but_open(self, moment: int) -> list[int]:
        """The rows of tickets that failed from the moment on (Unix seconds), or that owe an answer for an emergency."""
        changed = self._orders["updatedAt"].between(key_of(moment, 0, 0), None)
        failed = self.postings.term(_state(State.FAILED)) & FrozenBitMap(changed)
        return list(failed | (self.postings.term(OWED) - self._any(map(_state, OPEN))))

    def _done_by(self, person: Person | None) -> FrozenBitMap:
        """Those that the person asked for, by who they are now or were then, or has voted for."""
        if person is None:
            return NO_ROWS
        asked = (*map(_requester, person.addresses), *map(_asked_as, person.identities))
        return self._any((*asked, *map(_voted, person.addresses)))

    def _any(self, terms: Iterable[str]) -> FrozenBitMap:
        return NO_ROWS.union(*map(self.postings.term, terms))

    def _created(self, first: datetime | None, last: datetime | None) -> FrozenBitMap:
        """Those created from `first` on, before `last`."""
        return FrozenBitMap(self._orders["createdAt"].between(_place(first), _place(last)))

    def _scheduled(self, first: datetime | None, last: datetime | None) -> FrozenBitMap:
        """Those scheduled for `first` or later, before `last`."""
        end = key_of(UNDATED, 0, 0) if last is None else _place(last)
        return FrozenBitMap(self._orders["scheduledDate"].between(_place(first), end))

    def _word(self, beginning: str) -> FrozenBitMap:
        term, between = words.lookups(beginning)
        rows = self.postings.term(term)
        return rows | self.postings.between(*between) if between else rows

    def pick(self, query: TicketQuery, found: FrozenBitMap, after: int | None) -> list[tuple[int, int]]:
        """Row and key of the page's tickets in order, and of one more if there is one."""
        order = self._orders[query.order]
        rows = order.pick(found, query.limit + 1, after, descending=query.descending)
        return [(row, order.key(row)) for row in rows]
