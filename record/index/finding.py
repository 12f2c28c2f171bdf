"""From a query to rows: filters as bits of postings, orders as sorted keys. Used by one thread at a time."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from operator import and_, or_

from domain.roles import Person, Scope, same_address
from domain.ticket import PromotionRequest, State
from record.index import words
from record.index.ordering import Ordering, key_of
from record.index.postings import Postings, bits_of, positions
from record.index.query import TicketQuery

_EVERY = "*"


def terms(ticket: PromotionRequest, identities: frozenset[str]) -> frozenset[str]:
    """Every term that the ticket is found by: its words, one for each filter, and who asked as they were known then."""
    meta, target = ticket.metadata, ticket.spec.target
    filters = (_state(ticket.state), _tenant(meta.tenant), _requester(meta.created_by), _type(target.type))
    return words.terms(ticket) | {_EVERY, *filters, _name(target.name), *map(_asked_as, identities)}


def _state(state: str) -> str:
    return f"s:{state}"


def _tenant(tenant: str) -> str:
    return f"t:{tenant}"


def _requester(address: str) -> str:
    return f"r:{same_address(address)}"


def _asked_as(identity: str) -> str:
    return f"a:{identity}"


def _type(target_type: str) -> str:
    return f"k:{target_type}"


def _name(name: str) -> str:
    return f"n:{name}"


class Finder:
    """Knows what the index's file says about filters and orders, ready to combine."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.postings = Postings(db)
        self._db = db
        self._orders = {name: Ordering() for name in ("createdAt", "updatedAt", "id")}
        self._size = 0
        self.load()

    def load(self) -> None:
        """Learn the orders from the file."""
        rows = self._db.execute("SELECT row, created_at, updated_at, year, number FROM tickets").fetchall()
        self._size = max((row[0] for row in rows), default=-1) + 1
        self._orders["createdAt"].fill({key_of(created, year, n): row for row, created, _, year, n in rows})
        self._orders["updatedAt"].fill({key_of(updated, year, n): row for row, _, updated, year, n in rows})
        self._orders["id"].fill({key_of(0, year, n): row for row, _, _, year, n in rows})

    def put(self, row: int, created: int, updated: int, number: tuple[int, int]) -> None:
        """The ticket in the row is new, or changed."""
        self._size = max(self._size, row + 1)
        for name, value in (("createdAt", created), ("updatedAt", updated), ("id", 0)):
            self._orders[name].put(row, key_of(value, *number))

    def remove(self, row: int) -> None:
        for order in self._orders.values():
            order.remove(row)

    def within(self, scope: Scope) -> int:
        """The tickets of a scope, as bits."""
        if scope.tenants is None:
            return self.postings.term(_EVERY)
        own = self._any(map(_requester, scope.addresses))
        if scope.own_tenants is not None:
            own &= self._any(map(_tenant, scope.own_tenants))
        return own | self._any(map(_tenant, scope.tenants))

    def found(self, query: TicketQuery) -> int:
        """The tickets that the query finds on whatever page, as bits."""
        parts = [self.within(query.scope)]
        if query.tenant is not None:
            parts.append(self.postings.term(_tenant(query.tenant)))
        if query.created_by is not None:
            parts.append(self.postings.term(_requester(query.created_by)))
        if query.target_name is not None:
            parts.append(self.postings.term(_name(query.target_name)))
        if query.target_type is not None:
            parts.append(self.postings.term(_type(query.target_type)))
        if query.state:
            parts.append(self._any(map(_state, query.state)))
        if query.created_after or query.created_before:
            parts.append(self._created(query.created_after, query.created_before))
        parts += map(self._word, words.asked(query.q))
        return reduce(and_, parts) & ~self._asked_by(query.decider)

    def failed_since(self, moment: int) -> list[int]:
        """The rows of tickets that failed and did not change any more, from the moment on (Unix seconds)."""
        changed = bits_of(self._orders["updatedAt"].between(key_of(moment, 0, 0), None), self._size)
        return positions(self.postings.term(_state(State.FAILED)) & changed)

    def _asked_by(self, person: Person | None) -> int:
        """Those that the person asked for: by who they are now, or by who they were then."""
        if person is None:
            return 0
        return self._any((*map(_requester, person.addresses), *map(_asked_as, person.identities)))

    def _any(self, terms: Iterable[str]) -> int:
        return reduce(or_, map(self.postings.term, terms), 0)

    def _created(self, first: datetime | None, last: datetime | None) -> int:
        """Those created from `first` on, before `last`."""
        start, end = (None if each is None else key_of(int(each.timestamp()), 0, 0) for each in (first, last))
        order = self._orders["createdAt"]
        inside = order.between(start, end)
        if 2 * len(inside) <= self._size:
            return bits_of(inside, self._size)
        outside = [] if start is None else order.between(None, start)
        outside += [] if end is None else order.between(end, None)
        return ((1 << self._size) - 1) & ~bits_of(outside, self._size)

    def _word(self, beginning: str) -> int:
        term, between = words.lookups(beginning)
        return self.postings.term(term) | (self.postings.between(*between) if between else 0)

    def pick(self, query: TicketQuery, bits: int, after: int | None) -> list[tuple[int, int]]:
        """Row and key of the page's tickets in order, and of one more if there is one."""
        order = self._orders[query.order]
        rows = order.pick(bits, query.limit + 1, after, descending=query.descending)
        return [(row, order.key(row)) for row in rows]
