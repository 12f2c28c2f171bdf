"""Reads the acts of a branch's first-parent line into a Merkle tree, commit by commit, from wherever it stands."""

from collections import OrderedDict
from collections.abc import Iterator

import pygit2
from pygit2.enums import SortMode

from domain.checkpoint import leaf
from domain.merkle import CompactRange, leaf_hash
from domain.ticket import PromotionRequest
from record.errors import BranchRewritten, RecordUnavailable
from record.facts.acts import acts_of
from record.git.lasting import Lasting
from record.index.bulk import found_ticket

_KEPT = 512
"""Tickets kept in memory: most commits go on from one of those before them."""
_ABSENT = "0" * 40
_UNREADABLE = (pygit2.GitError, KeyError, ValueError, OSError)


class ActTree:
    """The tree over every act up to the commit `at`. One thread uses it.

    Every act counts, proven or not, so the tree follows from the commits alone: no key that is revoked later changes
    what an older checkpoint says, and a forged act can't be made never to have been there.
    """

    def __init__(self, git: pygit2.Repository, at: str | None = None, leaves: CompactRange | None = None) -> None:
        self.at = at
        self.leaves = leaves or CompactRange()
        self._git = git
        self._lasting = Lasting(git)
        self._tickets: OrderedDict[tuple[str, str], PromotionRequest | None] = OrderedDict()

    def read(self, tip: str) -> Iterator[tuple[str, tuple[bytes, ...]]]:
        """Go on to a tip: each commit in turn, and the leaves of its acts, once they are in the tree.

        Whoever stops before the end goes on by asking again. Raises BranchRewritten where the line does not lead from
        where this stands to the tip, and RecordUnavailable.
        """
        try:
            for commit in self._line(tip):
                leaves = self._leaves(commit)
                for each in leaves:
                    self.leaves.append(leaf_hash(each))
                self.at = str(commit.id)
                yield self.at, leaves
        except _UNREADABLE as error:
            raise RecordUnavailable(f"The acts up to {tip[:10]} can't be read: {error}") from error

    def leaves_of(self, commit: pygit2.Commit) -> tuple[bytes, ...]:
        """The hashes of the acts of any commit of the line, which isn't taken up here. Raises RecordUnavailable."""
        try:
            return tuple(map(leaf_hash, self._leaves(commit)))
        except _UNREADABLE as error:
            raise RecordUnavailable(f"The acts of {str(commit.id)[:10]} can't be read: {error}") from error

    def _leaves(self, commit: pygit2.Commit) -> tuple[bytes, ...]:
        return tuple(leaf(str(commit.id), act.ticket) for act in acts_of(commit, self._ticket))

    def _line(self, tip: str) -> Iterator[pygit2.Commit]:
        if tip == self.at:
            return
        self._lasting.look()
        walk = self._git.walk(tip, SortMode.TOPOLOGICAL | SortMode.REVERSE)
        walk.simplify_first_parent()
        if self.at is not None:
            if self.at not in self._git:
                raise BranchRewritten(tip, self.at)
            walk.hide(self.at)
        before, any_ = self.at, False
        for commit in walk:
            if not any_ and before is not None and [str(each) for each in commit.parent_ids[:1]] != [before]:
                raise BranchRewritten(tip, before)
            any_ = True
            yield commit
        if not any_ and before is not None:  # the tip lies behind
            raise BranchRewritten(tip, before)

    def _ticket(self, path: str, blob: pygit2.Oid) -> PromotionRequest | None:
        oid = str(blob)
        if oid == _ABSENT:
            return None
        if (path, oid) not in self._tickets:
            self._tickets[path, oid] = found_ticket(self._git, path, oid)
            if len(self._tickets) > _KEPT:
                self._tickets.popitem(last=False)
        return self._tickets[path, oid]
