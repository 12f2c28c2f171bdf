"""Tells how far a ticket's history is proven: which entries carry a good signature in the commit that brought them.

Entries from before the service signed keep the rules of their time. An act of the service names the whole history, so
it proves what stands before it too: the worker writes only what follows from what it wrote itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

import pygit2

from domain import lifecycle
from domain.errors import Unproven
from domain.signing import mismatch, seen_tip
from domain.ticket import PromotionRequest
from record.files.writing import text_of
from record.git.message import SIGNATURE, trailer
from record.git.objects import ObjectKind, object_id
from record.index.entries import Places, prints
from record.signing.signatures import Keys


class KeysByPlace(Protocol):
    """Knows the keys that the branch's first-parent line has at any of its commits."""

    def before(self, position: int) -> Keys:
        """The keys right before the commit of that number."""

    def current(self) -> Keys:
        """The keys as they are now."""


@dataclass(frozen=True, slots=True)
class NamedCommit:
    """A commit that names a ticket, and the number of the commit of the line that brought it to the branch.

    `saw_line`: the tip that its signature names is a commit of the line before it.
    """

    oid: bytes
    position: int
    saw_line: bool


def revision_of(ticket: PromotionRequest | None) -> str:
    """The Git blob id of the ticket's file as we write it; empty for none."""
    return "" if ticket is None else object_id(ObjectKind.BLOB, text_of(ticket).encode()).hex()


def unproven(commit: str) -> str:
    """The sentence about a file that a commit made something else than what is proven."""
    by = f"the commit {commit[:10]}" if commit else "a commit"
    mend = f"`prodgate repair {commit[:10]}`" if commit else "`prodgate repair`"
    return f"{by} changed it and is not proven; a platform admin puts back what was proven with {mend}"


class _Proof(Enum):
    NONE = auto()
    OF_THE_ACT = auto()
    OF_ALL_BEFORE = auto()


@dataclass(frozen=True)
class Prover:
    """Checks entries one by one, from the last back to the first that proves all before it."""

    git: pygit2.Repository
    keys: KeysByPlace

    def proven(self, ticket: PromotionRequest, places: Places, commits: Sequence[NamedCommit]) -> int:
        """Counts the entries, from the first on, that are proven; `places` has the place of each by its print."""
        at = [places.get(each) for each in prints(ticket.status.history)]
        end = len(at)
        for number in range(end, 0, -1):
            place, then = at[number - 1], lifecycle.as_of(ticket, number)
            proof = _Proof.NONE if place is None else self._of(then, place, commits)
            if proof is _Proof.OF_ALL_BEFORE:
                return end
            if proof is _Proof.NONE:
                end = number - 1
        return end

    def _of(self, ticket: PromotionRequest, place: int, commits: Iterable[NamedCommit]) -> _Proof:
        """The proof of the ticket's last entry, which the line got at that place.

        Somebody who guessed the entry may have brought it before whoever signed it did.
        """
        if not self.keys.before(place).signs_service:
            return _Proof.OF_ALL_BEFORE
        if not any(self._proves(commit, ticket) for commit in commits if commit.position >= place):
            return _Proof.NONE
        return _Proof.OF_THE_ACT if ticket.last.by_person else _Proof.OF_ALL_BEFORE

    def brought(self, commit: NamedCommit, ticket: PromotionRequest, place: int) -> bool:
        """Tells whether the ticket's last entry, which the line got at that place, is this commit's act."""
        if not self.keys.before(place).signs_service:
            return commit.position == place
        return commit.position >= place and self._proves(commit, ticket)

    def _proves(self, commit: NamedCommit, ticket: PromotionRequest) -> bool:
        if not commit.saw_line:
            return False
        token = trailer(self.git[commit.oid.hex()].peel(pygit2.Commit), SIGNATURE)
        keys = self.keys.before(commit.position)
        try:
            claims = keys.claims(token) if ticket.last.by_person else keys.acts(token)
        except Unproven:
            return False
        return seen_tip(claims) is not None and mismatch(claims, ticket) is None

    def shown(
        self,
        before: PromotionRequest | None,
        read: PromotionRequest | None,
        versions: Iterable[PromotionRequest | None],
        places: Places,
        commits: Sequence[NamedCommit],
    ) -> PromotionRequest | None:
        """The ticket to show of a file that says `read`, and said `versions` on its way there from `before`.

        That is what the file says where nobody asks for proof, or where all that it ever said is proven.
        """
        if not self.keys.current().signs_service:
            return read
        says_all = read is not None and len(places) == len(read.status.history)
        if read is not None and says_all and self.proven(read, places, commits) == len(places):
            return read
        shown = before
        for version in versions:
            shown = self._goes_on(shown, version, places, commits)
        return read if shown == read else shown

    def _goes_on(
        self,
        shown: PromotionRequest | None,
        version: PromotionRequest | None,
        places: Places,
        commits: Sequence[NamedCommit],
    ) -> PromotionRequest | None:
        """The proven part of the version, where that goes on from what is shown."""
        number = 0 if version is None else self.proven(version, places, commits)
        if version is None or number == 0:
            return shown
        proven = lifecycle.as_of(version, number)
        return proven if shown is None or lifecycle.continues(shown, proven) else shown
