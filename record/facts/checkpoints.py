"""The checkpoints of a branch, in a journal beside it: one writer adds them, every clone can have them all."""

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Annotated

import pygit2
from joserfc.jwk import OKPKey
from pydantic import Field, ValidationError

from domain.checkpoint import AuditTip, Checkpoint, SignedCheckpoint, is_due
from domain.decision import Digest
from domain.formats import JOURNALS
from domain.merkle import CompactRange
from domain.values import Frozen
from record.facts.tree import ActTree
from record.git.journal import Journal
from record.signing.checkpoints import proven_checkpoint, service_keys, signed
from record.signing.notes import NotANote, NoteUnproven
from record.signing.signatures import Keys

_LOG = logging.getLogger(__name__)
_STATE = "state.json"
_TO_A_FOLDER = 1_000
_OWED = 10_000
"""The most checkpoints that an outlet gets later, over a year of them: who pushes a state may have it lack millions."""
_Number = Annotated[int, Field(ge=0, lt=10_000_000)]


class BookState(Frozen):
    """The first file of the journal: the number of the newest checkpoint, and what its tree goes on from.

    `handed` is the number of the last checkpoint that each outlet has.
    """

    number: _Number = 0
    hashes: tuple[Digest, ...] = ()
    handed: Mapping[str, _Number] = {}


def checkpoints_ref(branch: str) -> str:
    """The ref of a branch's checkpoints."""
    return f"refs/checkpoints/{branch}"


def path_of(number: int) -> str:
    """The place of a checkpoint in its journal."""
    return f"{number // _TO_A_FOLDER:04}/{number:07}.checkpoint"


def newest_checkpoint(read: Callable[[str], bytes | None]) -> bytes | None:
    """The newest checkpoint of a journal, whose files are read so; None before the first. Raises NewerFormat."""
    found = read(_STATE)
    state = _read(found) if found else None
    return read(path_of(state.number)) if state else None


def all_checkpoints(read: Callable[[str], bytes | None]) -> Iterator[bytes]:
    """The checkpoints of a journal, whose files are read so, from the first one on. Raises NewerFormat."""
    found = read(_STATE)
    state = (_read(found) if found else None) or BookState()
    notes = (read(path_of(number)) for number in range(1, state.number + 1))
    return (each for each in notes if each is not None)


class CheckpointBook:
    """The journal as its writer has it. One thread uses it; its methods block, and raise RecordUnavailable."""

    def __init__(self, journal: Journal, keys: Keys, git: pygit2.Repository) -> None:
        """Go on from where the journal, which is open, is; where it can't be trusted, from the first commit.

        Raises NewerFormat.
        """
        self._journal = journal
        found = journal.read(_STATE)
        self._state = _possible((_read(found) if found else None) or BookState())
        self.newest = self._proven(keys) if self._state.number else None
        hashes = [bytes.fromhex(each) for each in self._state.hashes]
        if self.newest is None:
            self.tree = ActTree(git)
        else:
            self.tree = ActTree(git, self.newest.tip, CompactRange(self.newest.size, hashes))

    @property
    def number(self) -> int:
        """The number of the newest checkpoint; 0 before the first."""
        return self._state.number

    def _proven(self, keys: Keys) -> Checkpoint | None:
        """The newest checkpoint, if it is ours: whoever may push can write into a journal, too."""
        note = self._journal.read(path_of(self._state.number)) or b""
        try:
            said = proven_checkpoint(note, service_keys(keys, without=keys.ended))
        except (NotANote, NoteUnproven) as error:
            _LOG.error("%s is read anew from the first commit: its newest checkpoint: %s", self._journal.ref, error)
            return None
        tree = CompactRange(said.size, [bytes.fromhex(each) for each in self._state.hashes])
        if not tree.whole or tree.root.hex() != said.root:
            _LOG.error("%s is read anew from the first commit: its hashes are not those signed", self._journal.ref)
            return None
        return said

    def due(self, now: datetime, zone: tzinfo, audit: tuple[AuditTip, ...] = ()) -> bool:
        """Tells whether it is time for a checkpoint of where tree and audit trail stand, which no other was made of."""
        last = self.newest
        if self.tree.at is None or last is None:
            return self.tree.at is not None
        return (last.tip, last.audit) != (self.tree.at, audit) and is_due(last.at, now, zone)

    def add(
        self, origin: str, branch: str, now: datetime, key: OKPKey, audit: tuple[AuditTip, ...] = ()
    ) -> SignedCheckpoint:
        """Sign where the tree and the audit trail stand, and keep it. Raises JournalMoved."""
        leaves, tip = self.tree.leaves, self.tree.at
        found = {"size": leaves.size, "root": leaves.root.hex(), "tip": tip, "branch": branch, "at": now}
        said = Checkpoint.model_validate({"origin": origin, "audit": audit, **found})
        number, note = self.number + 1, signed(said, key)
        state = BookState(number=number, hashes=tuple(each.hex() for each in leaves.hashes), handed=self._state.handed)
        self._append(state, {path_of(number): note}, f"Checkpoint {number}: {said.size} acts")
        self.newest = said
        return SignedCheckpoint(number, said, note)

    def lacks(self, outlet: str) -> range:
        """The numbers that an outlet has not got; a new one begins with the newest."""
        return range(max(self._state.handed.get(outlet, self.number - 1), self.number - _OWED) + 1, self.number + 1)

    def at(self, number: int, keys: Keys) -> SignedCheckpoint | None:
        """A checkpoint of the journal; None where it has none by that number that a key of the record signed."""
        note = self._journal.read(path_of(number)) or b""
        try:
            return SignedCheckpoint(number, proven_checkpoint(note, service_keys(keys, without=keys.revoked)), note)
        except (NotANote, NoteUnproven) as error:
            _LOG.error("checkpoint %d of %s is handed out to nobody: %s", number, self._journal.ref, error)
            return None

    def note_handed(self, handed: Mapping[str, int]) -> None:
        """Note how far outlets are. Raises JournalMoved."""
        state = self._state.model_copy(update={"handed": {**self._state.handed, **handed}})
        if state != self._state:
            self._append(state, {}, f"Handed out: {', '.join(sorted(handed))}")

    def _append(self, state: BookState, files: Mapping[str, bytes], subject: str) -> None:
        self._journal.append({**files, _STATE: state.model_dump_json(indent=1).encode() + b"\n"}, subject)
        self._state = state


def _possible(state: BookState) -> BookState:
    """The state without outlets that have more than there is: who says so would keep the next ones from them."""
    handed = {outlet: number for outlet, number in state.handed.items() if number <= state.number}
    return state.model_copy(update={"handed": handed})


def _read(found: bytes) -> BookState | None:
    """The state that a file says; of one that somebody damaged, nothing. Raises NewerFormat."""
    try:
        return BookState.model_validate_json(found)
    except ValidationError as error:
        if newer := JOURNALS.newer_in(found):
            raise newer from error
        _LOG.error("the journal of checkpoints can't be read: %s", error)
        return None
