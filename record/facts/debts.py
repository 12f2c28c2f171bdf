"""Reads the emergencies for which nobody has answered yet: once for each state of the index, for whoever asks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from domain.emergencies import Debt
from record.index.census import Standing
from record.index.query import owed
from record.index.reader import Index


@dataclass
class OpenDebts:
    """The open debts of each tenant. Asked for every row of a list, they are read for the first one."""

    index: Index
    _seen: Standing | None = None
    _known: Mapping[str, tuple[Debt, ...]] = field(default_factory=dict)

    def of(self, tenant: str) -> tuple[Debt, ...]:
        """The tenant's. Raises what reading the index raises."""
        with self.index.still():
            if self._seen is None or self._seen is not self.index.standing:
                self._known, self._seen = by_tenant(owed(self.index.page)), self.index.standing
            return self._known.get(tenant, ())


def by_tenant(debts: Iterable[Debt]) -> dict[str, tuple[Debt, ...]]:
    """The debts by the tenant whose they are, in their order."""
    found: dict[str, tuple[Debt, ...]] = {}
    for debt in debts:
        found[debt.tenant] = (*found.get(debt.tenant, ()), debt)
    return found
