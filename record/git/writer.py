"""Builds the commits of what arrived together, on one tip, as one pack."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pygit2
from opentelemetry.context import Context, get_current
from pydantic import ValidationError

from domain import lifecycle
from domain.change import Change, Recorded
from domain.errors import MalformedTicket, RuleViolation
from domain.ticket import PromotionRequest
from record.errors import NotOneStep, RecordConflict, RecordError, RecordUnavailable, TicketExists
from record.files.reading import load
from record.files.writing import text_of
from record.git import message
from record.git.lasting import Lasting, repository_at
from record.git.objects import GitObject, ObjectKind, Tree, object_id
from record.git.pack import PackWriter

_LOG = logging.getLogger(__name__)

Refusal = RecordError | RuleViolation
"""The reasons for which a change is not written."""


Clock = Callable[[], datetime]
"""Tells the time."""

Seal = Callable[[Change, str | None], Change]
"""Gives a change the proof that its commit carries, on the tip that it goes on; raises what refuses it there."""


def unsealed(change: Change, tip: str | None) -> Change:
    """The change with the proof that it came with."""
    del tip
    return change


def own_clock() -> datetime:
    """The time by this machine's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """A change to write. `seal` is asked when its commit is made, at each try; not for one that is there already.

    `clock` dates the commit.
    """

    change: Change
    seal: Seal = unsealed
    clock: Clock = own_clock
    trace: Context = field(default_factory=get_current)
    """The trace that it is asked for in: another thread writes it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The result of a group on one tip: the new tip, the pack that holds it, and each change's own outcome."""

    base: str | None
    tip: str | None
    pack: PackWriter
    outcomes: tuple[Recorded | Refusal, ...]


class Builder:
    """Turns groups of changes into commits. It keeps the folders of the last tip in memory; one thread uses it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._git = repository_at(path)
        self._lasting = Lasting(self._git)
        self._tree = Tree(self._read)

    def draft(self, group: tuple[Asked, ...], tip: str | None) -> Draft:
        """The commits of the changes, in their order, on top of `tip`. Nothing is written yet."""
        self._lasting.look()
        self._tree.move_to(self._root(tip))
        pack, written, parent = PackWriter(), dict[bytes, bytes](), bytes.fromhex(tip) if tip else None
        outcomes: list[Recorded | Refusal] = []
        for asked in group:
            change = asked.change
            blob = GitObject.of(ObjectKind.BLOB, text_of(change.ticket).encode())
            try:
                new = _sealed(asked, tip) if self._is_new(change, blob.oid, written) else None
            except (RecordError, RuleViolation) as refused:
                outcomes.append(refused)
                continue
            if new:
                folders = self._tree.put(change.ticket.path, blob.oid)
                data = message.commit(new, folders[-1].oid, parent, asked.clock())
                commit = GitObject.of(ObjectKind.COMMIT, data)
                pack.add((blob, *folders, commit))
                written[blob.oid] = blob.data
                parent = commit.oid
            outcomes.append(Recorded(revision=blob.oid.hex()))
        return Draft(tip, parent.hex() if parent else None, pack, tuple(outcomes))

    def _root(self, tip: str | None) -> bytes | None:
        if tip is None:
            return None
        return bytes(self._git[tip].peel(pygit2.Commit).tree_id.raw)

    def _read(self, oid: bytes) -> bytes:
        _, data = self._git.odb.read(pygit2.Oid(raw=oid))
        return bytes(data)

    def _is_new(self, change: Change, blob: bytes, written: dict[bytes, bytes]) -> bool:
        """Tells whether the change is still to be written: False if it is there already; raises what refuses it."""
        ticket = change.ticket
        found = self._tree.find(ticket.path)
        if change.base is not None and found is not None and found.hex() == change.base and found != blob:
            self._check_step(ticket, found, written)
            return True
        if found is None and change.base is None:
            self._check_number(ticket)
            self._check_step(ticket, None, written)
            return True
        if found is not None and (found == blob or self._contains(found, ticket, written)):
            return False
        if change.base is None:
            raise TicketExists(ticket.id, ticket.path)
        raise RecordConflict(ticket.id, ticket.path, change.base, found.hex() if found else None)

    def _check_step(self, ticket: PromotionRequest, base: bytes | None, written: dict[bytes, bytes]) -> None:
        """One entry more than the file that the change is made from, and nothing else. Raises NotOneStep."""
        try:
            before = lifecycle.previous(ticket)
        except (RuleViolation, ValidationError) as error:
            raise NotOneStep(ticket.id) from error
        # What we wrote is the same to the byte, which is found out faster than a file is read.
        ours = None if before is None else object_id(ObjectKind.BLOB, text_of(before).encode())
        if ours != base and (before is None or base is None or before != self._loaded(base, written)):
            raise NotOneStep(ticket.id)

    def _contains(self, found: bytes, ticket: PromotionRequest, written: dict[bytes, bytes]) -> bool:
        """Tells whether the file has the change and later ones already: a repeat that comes late."""
        there = self._loaded(found, written)
        return there is not None and lifecycle.continues(ticket, there)

    def _loaded(self, found: bytes, written: dict[bytes, bytes]) -> PromotionRequest | None:
        """The ticket of a file that is there, None where that is no ticket."""
        try:
            return load(written.get(found) or self._read(found))
        except MalformedTicket:
            return None

    def _check_number(self, ticket: PromotionRequest) -> None:
        """A number is given once a year, not once a month. Raises TicketExists, RecordUnavailable."""
        if obstacle := self._tree.obstacle(ticket.path):
            if obstacle == ticket.path:
                raise TicketExists(ticket.id, obstacle)
            raise RecordUnavailable(f"{obstacle} must be a folder: a person has to put away what stands there")
        year = ticket.path.rsplit("/", 2)[0]
        months = self._tree.folder(year)
        for name in months.names() if months is not None else ():
            path = f"{year}/{name.decode(errors='replace')}/{ticket.id}.yaml"
            if self._tree.find(path) is not None:
                raise TicketExists(ticket.id, path)


def _sealed(asked: Asked, tip: str | None) -> Change:
    """The change with its proof; a seal that fails otherwise than by refusing fails its own change alone."""
    try:
        return asked.seal(asked.change, tip)
    except (RecordError, RuleViolation):
        raise
    except Exception as error:
        _LOG.exception("The seal of %s failed", asked.change.ticket.id)
        raise RecordUnavailable(f"The commit can't be sealed: {error}") from error
