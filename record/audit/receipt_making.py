"""Makes receipts from a clone, for the command and for the API alike."""

import base64
import json
import struct
from array import array
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from zlib import crc32

import pygit2

from domain import lifecycle
from domain.checkpoint import Checkpoint, leaf
from domain.errors import RuleViolation
from domain.merkle import ProvingTree, leaf_hash
from domain.ticket import FOLDER, PromotionRequest
from record.audit.receipt_proof import paths_of
from record.audit.receipts import ActPlace, PromotionReceipt, collected
from record.errors import BranchRewritten, RecordUnavailable
from record.facts.tree import ActTree
from record.files.reading import read_ticket
from record.signing.keys import FOLDER as KEYS

_COMMIT, _CHECK = 20, 4
_FORM = f">32s{_COMMIT}sQI"
"""The form in which a file keeps an act: its leaf's hash, its commit, its ticket, and a checksum of these."""
_KEPT = struct.calcsize(_FORM)


class NotProvable(Exception):
    """The record has no such promotion, or nothing proves it; `str()` says why."""


class EndNotHeld(NotProvable):
    """The checkpoint does not hold the end of the promotion."""


class StillReading(Exception):
    """The acts are more than can be read within the time; what was read is kept, so the next call goes on."""


class ActLeaves:
    """The acts of a branch as the tree of its checkpoints holds them: about 90 bytes an act. One thread uses it.

    It goes on from where it stands, and from the file that it keeps, so only the first receipt costs the reading of all
    acts. Whatever the file says is held against the checkpoint's root.
    """

    def __init__(self, git: pygit2.Repository, file: Path | None = None) -> None:
        self.git, self._file = git, file
        self._begin(file.read_bytes() if file and file.exists() else b"")

    def _begin(self, kept: bytes) -> None:
        self.tree, self._commits, self._tickets = ProvingTree(), bytearray(), array("Q")
        for start in range(0, len(kept) - _KEPT + 1, _KEPT):
            hashed, commit, number, check = struct.unpack_from(_FORM, kept, start)
            if crc32(kept[start : start + _KEPT - _CHECK]) != check:
                break  # damaged: read on from here
            self._take(hashed, commit, number)
        self._unproven = self._kept = self.tree.size
        self._acts = ActTree(self.git, self._commits[-_COMMIT:].hex() or None)

    def _take(self, leaf: bytes, commit: bytes, number: int) -> None:
        self.tree.append(leaf)
        self._commits += commit
        self._tickets.append(number)

    def read(self, said: Checkpoint, within: float | None = None) -> None:
        """Go on to the checkpoint's commit. Raises StillReading after so many seconds, NotProvable."""
        try:
            self._go_on(said.tip, within)
        except BranchRewritten:  # somebody set it back: what was read of it is not there any more
            self._begin(b"")
            self._go_on(said.tip, within)
        if self._unproven and not self._agrees(said):  # the file is damaged, or of another branch
            self._begin(b"")
            self._go_on(said.tip, within)
        if not self._agrees(said):
            raise NotProvable(f"The checkpoint counts {said.size} acts, the branch has {self.tree.size} or others")
        self._unproven = 0

    def _agrees(self, said: Checkpoint) -> bool:
        return self.tree.size == said.size > 0 and self.tree.root(said.size).hex() == said.root

    def _go_on(self, tip: str, within: float | None) -> None:
        begun = monotonic()
        try:
            for commit, leaves in self._acts.read(tip):
                for each in leaves:
                    self._take(leaf_hash(each), bytes.fromhex(commit), _number(json.loads(each)["ticket"]))
                if within is not None and commit != tip and monotonic() - begun > within:
                    raise StillReading
        finally:
            self._keep()
            self.git.free()

    def _keep(self) -> None:
        """Add what the file lacks."""
        if self._file is None or self._kept == self.tree.size:
            return
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.truncate(self._kept * _KEPT)
            file.seek(self._kept * _KEPT)
            for place in range(self._kept, self.tree.size):
                commit = bytes(self._commits[place * _COMMIT : (place + 1) * _COMMIT])
                each = struct.pack(_FORM, self.tree.leaf(place), commit, self._tickets[place], 0)[:-_CHECK]
                file.write(each + crc32(each).to_bytes(_CHECK))
        self._kept = self.tree.size

    def of(self, ticket_id: str) -> Iterator[tuple[int, str]]:
        """The place of each act of a ticket, and the commit that brought it; oldest first."""
        number, place = _number(ticket_id), -1
        while True:
            try:
                place = self._tickets.index(number, place + 1)
            except ValueError:
                return
            yield place, self._commits[place * _COMMIT : (place + 1) * _COMMIT].hex()


def _number(ticket_id: str) -> int:
    """`PR-2026-0001` as 20260001, which is no other ticket's."""
    return int("".join(ticket_id.split("-")[1:]))


def path_in(git: pygit2.Repository, tip: str, ticket_id: str) -> str:
    """The file of a ticket in a commit, which lies in a folder of a year and a month. Raises NotProvable."""
    if tip not in git:
        raise RecordUnavailable(f"The checkpoint's commit {tip[:12]} is not here")
    try:
        folder = git[tip].peel(pygit2.Tree)[FOLDER]
    except KeyError:
        folder = None
    for year in _folders(folder):
        for month in _folders(year):
            if f"{ticket_id}.yaml" in month:
                return f"{FOLDER}/{year.name}/{month.name}/{ticket_id}.yaml"
    raise NotProvable(f"The checkpoint's commit has no {ticket_id}")


def _folders(folder: pygit2.Object | None) -> Iterator[pygit2.Tree]:
    if isinstance(folder, pygit2.Tree):
        yield from (each for each in folder if isinstance(each, pygit2.Tree))


def held(git: pygit2.Repository, tip: str, path: str, acts: int = 0) -> PromotionRequest:
    """The ticket as the checkpoint's commit has it, with so many acts at least. Raises EndNotHeld where not over."""
    ticket = _ticket(git, tip, path)
    if ticket is None:
        raise EndNotHeld(f"The checkpoint's commit has no {path}")
    if not lifecycle.is_over(ticket) or len(ticket.status.history) < acts:
        raise EndNotHeld(f"{ticket.id} was {ticket.state} at the newest checkpoint: it has to be over")
    return ticket


def made(
    git: pygit2.Repository, note: bytes, said: Checkpoint, path: str, acts: ActLeaves, time_stamp: bytes | None = None
) -> PromotionReceipt:
    """The receipt of a ticket by a checkpoint, up to which the acts were read, and its time-stamp, if there is one.

    Raises NotProvable.
    """
    ticket = held(git, said.tip, path)
    places = [
        ActPlace(commit=commit, index=index, hashes=tuple(each.hex() for each in acts.tree.proof(index, said.size)))
        for commit, index in _places(git, path, ticket, acts)
    ]
    wanted = [(said.tip, (path, KEYS)), *((each.commit, (path,)) for each in places)]
    befores = [str(each) for place in places for each in git[place.commit].peel(pygit2.Commit).parent_ids[:1]]
    objects = collected(git, [*wanted, *((before, paths_of(ticket)) for before in befores)])
    stamp = base64.b64encode(time_stamp).decode() if time_stamp else None
    return PromotionReceipt(path=path, checkpoint=note.decode(), time_stamp=stamp, acts=tuple(places), objects=objects)


def _places(git: pygit2.Repository, path: str, ticket: PromotionRequest, acts: ActLeaves) -> list[tuple[str, int]]:
    """The commit and the place of each act of the ticket."""
    found, history = dict[int, tuple[str, int]](), ticket.status.history
    for index, commit in acts.of(ticket.id):
        then = _ticket(git, commit, path)
        number = len(then.status.history) if then else 0
        if then and then.status.history == history[:number] and leaf_hash(leaf(commit, then)) == acts.tree.leaf(index):
            found.setdefault(number, (commit, index))
    if len(found) != len(history):
        raise NotProvable(f"Of {ticket.id}, not every act came by a commit of its own")
    return [found[number] for number in range(1, len(history) + 1)]


def _ticket(git: pygit2.Repository, commit: str, path: str) -> PromotionRequest | None:
    """The ticket as a commit has it; None where it has no file there that is one."""
    try:
        return read_ticket(path, git[commit].peel(pygit2.Tree)[path].data)  # type: ignore[union-attr]
    except (KeyError, AttributeError, RuleViolation):
        return None
