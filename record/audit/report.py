"""The report of an audit: what it looked at, what was proven of it and by which keys, and what it took for granted."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.signing import Claims, ServiceClaims
from domain.ticket import PromotionRequest
from domain.values import iso
from record.signing.signatures import PublicKey

_SHORTEST = 7
"""Hex digits that name a commit."""


@dataclass
class AuditReport:
    """The facts of one audit, filled in as it goes on."""

    branch: str
    tip: str = ""
    since: str | None = None
    commits: int = 0
    tickets: int = 0
    people: int = 0
    """Acts of people that a signature proved."""
    service: int = 0
    older: int = 0
    """Acts of the service from before it signed."""
    violations: int = 0
    mended: int = 0
    """Violations of the commits that are repaired."""
    repaired: dict[str, str] = field(default_factory=dict)
    """Each repaired commit, with the commit that put the last of its files back."""
    proved: Counter[str] = field(default_factory=Counter)
    """The number of acts that each key proved, by kid."""
    keys: tuple[PublicKey, ...] = ()
    first: dict[str, str] | None = None
    last: dict[str, str] | None = None

    def note(self, ticket: PromotionRequest, signed: Claims | ServiceClaims | None, kid: str | None) -> None:
        """Count an act that broke no rule."""
        if isinstance(signed, Claims):
            self.people += 1
        elif signed is not None:
            self.service += 1
        else:
            self.older += 1
        if kid is not None:
            self.proved[kid] += 1
        act = {"ticket": ticket.id, "action": str(ticket.last.action), "at": iso(ticket.last.at)}
        self.first, self.last = self.first or act, act

    def not_enough(self, asked: Sequence[str] = ()) -> str | None:
        """The reason why this audit proves nothing; None where it does. `asked` are the keys to believe, by kid."""
        if self.tickets == 0:
            return f"{self.branch} has no ticket{' after ' + self.since[:12] if self.since else ''}"
        if not self.proved:
            return "no act is proven: the record's keys proved none"
        idle = [kid for kid in asked if kid not in self.proved]
        return f"the key {', '.join(idle)} proved nothing" if idle else None

    @property
    def open(self) -> int:
        """The number of violations that nobody repaired."""
        return self.violations - self.mended

    def repaired_as(self, beginning: str) -> str | None:
        """The one repaired commit whose id begins so; None for none, and where too little of it is said."""
        found = [commit for commit in self.repaired if commit.startswith(beginning)]
        return found[0] if len(found) == 1 and len(beginning) >= _SHORTEST else None

    def as_dict(self) -> dict[str, Any]:
        """The report as one JSON object."""
        return {
            "branch": self.branch,
            "tip": self.tip,
            "takenForGranted": self.since,
            "commits": self.commits,
            "tickets": self.tickets,
            "acts": {"people": self.people, "service": self.service, "before the service signed": self.older},
            "keys": [self._key(key) for key in self.keys],
            "first": self.first,
            "last": self.last,
            "violations": self.violations,
            "repaired": {"violations": self.mended, "commits": self.repaired},
        }

    def _key(self, key: PublicKey) -> dict[str, str | int | None]:
        ends = {"retired": key.retired, "revoked": key.revoked}
        said = {name: iso(at) if at else None for name, at in ends.items()}
        return {"kid": key.kid, "class": str(key.key_class), "acts": self.proved[key.kid], **said}

    def lines(self) -> Iterator[str]:
        """The report as text."""
        yield f"Branch {self.branch} at {self.tip}"
        if self.since:
            yield f"Taken for granted: everything up to {self.since}"
        yield f"{self.commits} commits looked at, {self.tickets} tickets"
        older = f", {self.older} of the service by the rules of their time, before it signed" if self.older else ""
        yield f"Acts proven: {self.people} of people, {self.service} of the service{older}"
        for key in self.keys:
            ended = "".join(
                f", {name} {iso(at)}" for name, at in (("retired", key.retired), ("revoked", key.revoked)) if at
            )
            yield f"Key {key.kid} ({key.key_class}{ended}) proved {self.proved[key.kid]} acts"
        for name, act in (("First", self.first), ("Last", self.last)):
            if act:
                yield f"{name} act: {act['ticket']} {act['action']} at {act['at']}"
        for commit, by in self.repaired.items():
            yield f"Repaired: {commit}, by {by}"
