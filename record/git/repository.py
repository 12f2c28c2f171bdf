"""Writes changes to the Git record: what it returns is durable.

What arrives while a group is being written is the next group: one commit a transition, one pack, one move of the branch
and one push for all of them. A change is answered once its commit is on this disk, and on the remote if there is one.
"""

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Condition, Thread

import git
import pygit2
from opentelemetry import trace
from opentelemetry.trace import Link, Span, SpanKind

from domain.change import Change, Recorded
from record.errors import RecordError, RecordUnavailable
from record.git.branch import Branch
from record.git.durable import sync, write_files
from record.git.files import FilesPlan, files_draft
from record.git.journal import Journal
from record.git.packing import Packing
from record.git.remote import Remote, clone_folder, is_url
from record.git.writer import Asked, Builder, Clock, Draft, Refusal, Seal, own_clock, unsealed

_LOG = logging.getLogger(__name__)
_TRACER = trace.get_tracer("prodgate")
_LARGEST_GROUP = 256
"""Commits in one pack: enough for every writer there is, few enough that none waits a second for the others."""
_GATHERING = 0.002
"""Seconds to let a crowd arrive: those who were answered together ask together. Whoever came alone is never kept."""
_SMALLEST_PART = 16
"""Commits that are put on a moving tip together, however often it moved."""
_LONGEST_PAUSE = 0.5
"""Seconds at most between two attempts to put a group on a tip that keeps moving."""

_ATTEMPTS = 20
"""Commits of files tried while others keep moving the branch."""

_Waiting = tuple[Asked, Future[Recorded]]


def open_repository(location: str, branch: str, data_dir: Path, *, token: str | None = None) -> "Repository":
    """The record at a location: the path of a bare repository, or a URL, whose bare clone then lives under `data_dir`.

    A remote that is down doesn't keep this from returning; what needs it raises RecordUnavailable until it is back.
    Raises RecordUnavailable when a path has no bare repository.
    """
    if is_url(location):
        folder = clone_folder(location, data_dir)
        folder.parent.mkdir(parents=True, exist_ok=True)
        return Repository(folder, branch, Remote(folder, location, branch, token))
    return Repository(bare(location), branch)


def bare(location: str) -> Path:
    """The folder of a bare repository. Raises RecordUnavailable where it is none."""
    folder = Path(location)
    try:
        if not pygit2.Repository(str(folder), pygit2.enums.RepositoryOpenFlag.NO_SEARCH).is_bare:
            raise RecordUnavailable(f"{folder} has a working tree; the record needs a bare repository")
    except pygit2.GitError as error:
        raise RecordUnavailable(f"{folder} is no Git repository: {error}") from error
    return folder


class Repository:
    """One branch of one bare repository, with the remote it is pushed to, if any. Safe to use from any thread."""

    def __init__(self, path: Path, branch: str, remote: Remote | None = None) -> None:
        self.path = path
        self._branch = Branch(path, branch)
        self._remote = remote
        self._packing = Packing(path)
        self._waiting: deque[_Waiting] = deque()
        self._arrived = Condition()
        self._closed = False
        self._crowd = 1
        self._listeners: list[Callable[[], None]] = []
        self.written = 0
        self.groups = 0
        self._thread: Thread | None = None

    async def record(self, change: Change, seal: Seal = unsealed, clock: Clock = own_clock) -> Recorded:
        """Make the change durable, once however often it is asked for, and return its revision.

        Raises TicketExists, RecordConflict or RecordUnavailable, and what `seal` raises.
        """
        with _TRACER.start_as_current_span("record change"):
            return await asyncio.wrap_future(self._submit(Asked(change, seal, clock)))

    def _submit(self, asked: Asked) -> Future[Recorded]:
        future: Future[Recorded] = Future()
        with self._arrived:
            if self._closed:
                raise RecordUnavailable("The record is closed")
            self._waiting.append((asked, future))
            if self._thread is None:
                self._thread = Thread(target=self._write, name="record-writer", daemon=True)
                self._thread.start()
            if len(self._waiting) == 1:
                self._arrived.notify()
        return future

    def commit_files(self, plan: FilesPlan) -> str:
        """Commit what the plan gives for the branch's tip, durably, and return the commit; blocks.

        Where the plan says that it is there already, that commit is returned. Raises RecordUnavailable, and what the
        plan raises, which is asked anew for each tip.
        """
        for attempt in range(_ATTEMPTS):
            with self._branch.turn():
                tip = self._branch.tip()
                planned = plan(tip)
                draft = files_draft(self.path, tip, planned)
                landed = self._lands(draft)
            if landed:
                self._moved()
                return planned if isinstance(planned, str) else str(draft.tip)
            time.sleep(_LONGEST_PAUSE * random.random() * attempt / _ATTEMPTS)  # noqa: S311  spreads out writers
        raise RecordUnavailable("The branch is written by others all the time")

    async def close(self) -> None:
        """Write what is waiting, then stop."""
        with self._arrived:
            self._closed = True
            self._arrived.notify()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)
        await asyncio.to_thread(self._packing.close)
        if self._remote is not None:
            self._remote.close()

    def tip(self) -> str | None:
        """The commit that the branch is at, as this disk knows it; None before the first."""
        return self._branch.tip()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call this, which must not block, whenever this process has moved the branch."""
        self._listeners.append(listener)

    @contextmanager
    def listening(self, listener: Callable[[], None]) -> Iterator[None]:
        """The same for as long as the context lasts."""
        self.listen(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)

    def _moved(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    @property
    def remote_failure(self) -> str | None:
        """The reason why the remote can't be reached, in one sentence; None while it can, or where there is none."""
        return self._remote.failure if self._remote is not None else None

    @property
    def as_of(self) -> float:
        """The monotonic time as of which this disk has the record: of the last fetch, where there is a remote."""
        return self._remote.fetched_at if self._remote is not None else time.monotonic()

    @property
    def waiting(self) -> int:
        """The number of changes that have been asked for and are in no group yet."""
        return len(self._waiting)

    def journal(self, ref: str, *, history: bool = False) -> Journal:
        """A journal on a ref of its own, such as `refs/outbox/mail`; with `history`, one that keeps all of its own."""
        return Journal(self.path, ref, self._remote, self._packing, history=history)

    def fetch(self, max_age: float = 0.0) -> None:
        """Bring the branch up to the remote's, as it was no longer than `max_age` seconds ago; blocks.

        Nothing to do without a remote. Raises RecordUnavailable.
        """
        if self._remote is None:
            return
        self._remote.fetch(max_age)
        with self._branch.turn():
            here, there = self._branch.tip(), self._follow(self._remote)
        if here != there:  # a clone that only reads grows by what it fetches
            self._look_at_packs()

    def _follow(self, remote: Remote) -> str | None:
        """Move the branch to the remote's tip; a remote that lost commits which were accepted is not followed."""
        here, there = self._branch.tip(), remote.tip()
        if there is None or here == there:
            return here
        if here is not None and not remote.descends(here, there):
            if remote.descends(there, here):
                return here
            raise RecordUnavailable(
                f"The remote's branch was rewritten: {there[:10]} does not contain {here[:10]}, which it had accepted"
            )
        if not self._branch.move(here, there):
            raise RecordUnavailable(f"{self._branch.name} was moved by somebody else while it was fetched")
        self._moved()
        return there

    def _write(self) -> None:
        builder: Builder | None = None
        while group := self._next_group():
            try:
                builder = builder or Builder(self.path)
                outcomes = self._publish(builder, tuple(asked for asked, _ in group))
            except RecordError as error:
                outcomes = (error,) * len(group)
            except (OSError, pygit2.GitError, git.GitError, KeyError) as error:
                _LOG.exception("A group of %d changes could not be written", len(group))
                builder = None  # what it remembers may not be there; it is made anew once the repository is back
                outcomes = (RecordUnavailable(f"The record can't be written: {error}"),) * len(group)
            except BaseException as error:
                _answer(group, (error,) * len(group))
                raise
            _answer(group, outcomes)
            self._look_at_packs()

    def _look_at_packs(self) -> None:
        try:
            self._packing.look()
        except OSError as error:  # the repository is away; the writer must be there when it is back
            _LOG.warning("The packs could not be counted: %s", error)

    def _next_group(self) -> list[_Waiting]:
        """Takes what has arrived, once there is something; nothing when the record is closed and all is written."""
        with self._arrived:
            while not self._waiting and not self._closed:
                self._arrived.wait()
        if self._crowd > 1 and len(self._waiting) < self._crowd:
            time.sleep(_GATHERING)
        with self._arrived:
            count = min(len(self._waiting), _LARGEST_GROUP)
            group = [self._waiting.popleft() for _ in range(count)]
        self._crowd = count
        wanted = [each for each in group if each[1].set_running_or_notify_cancel()]
        return wanted if wanted or not group else self._next_group()

    def _publish(self, builder: Builder, group: tuple[Asked, ...]) -> tuple[Recorded | Refusal, ...]:
        """Every change's outcome. A tip that keeps moving is met with smaller parts, which are pushed sooner."""
        outcomes: list[Recorded | Refusal] = []
        size, pause = len(group), 0.01
        while len(outcomes) < len(group):
            part = group[len(outcomes) : len(outcomes) + size]
            with self._branch.turn(), _writing(part):
                draft = builder.draft(part, self._branch.tip())
                landed = self._lands(draft)
            if landed:
                outcomes += draft.outcomes
                self.groups += 1
                self.written += len(draft.outcomes)
                self._moved()
                continue
            size, pause = max(min(size, _SMALLEST_PART), size // 2), min(2 * pause, _LONGEST_PAUSE)
            time.sleep(pause * random.random())  # noqa: S311  spreads out writers, hides nothing
        return tuple(outcomes)

    def _lands(self, draft: Draft) -> bool:
        """Puts the draft on the branch, here and on the remote; False when the tip had moved on."""
        remote = self._remote
        if draft.tip == draft.base or draft.tip is None:
            return self._confirmed(draft)
        folder, landed = self.path / "objects" / "pack", False
        packed = draft.pack.files(folder)
        write_files(packed | self._branch.intent(draft.tip))
        sync(folder)
        try:
            if remote is not None and not _pushed(remote, draft.tip):
                remote.fetch()
                self._follow(remote)
            else:
                landed = self._branch.move(draft.base, draft.tip)
        finally:
            # A fetch beside the push may have found objects in the pack, and asked the remote for none of them.
            if not landed and remote is None:
                _discard(packed)
        return landed

    def _confirmed(self, draft: Draft) -> bool:
        """True where a draft that writes nothing holds for the remote too: a refusal must not rest on an old clone."""
        if self._remote is None:
            return True
        self._remote.fetch()
        return self._follow(self._remote) == draft.base


def _writing(part: tuple[Asked, ...]) -> AbstractContextManager[Span]:
    """The span of one try to write a part: within the trace of its first change, linked to those of the others."""
    others = [Link(trace.get_current_span(each.trace).get_span_context()) for each in part[1:]]
    said = {"prodgate.commits": len(part)}
    return _TRACER.start_as_current_span("git commit", context=part[0].trace, attributes=said, links=others)


def _pushed(remote: Remote, tip: str) -> bool:
    with _TRACER.start_as_current_span("git push", kind=SpanKind.CLIENT, attributes={"prodgate.commit": tip}):
        return remote.push(tip)


def _discard(packed: Iterable[Path]) -> None:
    """Remove a pack that did not land: nothing refers to it."""
    for path in reversed(list(packed)):
        path.unlink(missing_ok=True)


def _answer(group: list[_Waiting], outcomes: tuple[Recorded | BaseException, ...]) -> None:
    for (_, future), outcome in zip(group, outcomes, strict=True):
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
