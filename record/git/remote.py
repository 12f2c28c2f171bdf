"""The remote that a clone follows: clone, fetch, push and configuration, through Git's own commands (GitPython)."""

import base64
import hashlib
import logging
import re
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import git

from record.errors import RecordUnavailable

_LOG = logging.getLogger(__name__)
_TIMEOUT = 60
"""Seconds after which a fetch or push is ended: a remote that stopped answering is a remote that is down."""
_MOVED = {
    "push": re.compile(
        r"\[rejected\]|non-fast-forward|fetch first|cannot lock ref|failed to update ref|reference already"
    ),
    "fetch": re.compile(r"cannot lock ref"),
}
"""Git's words, by command, for a ref that somebody else moved meanwhile; of a fetch, it is a ref of the clone."""

_FETCHES = 3
"""Fetches tried while pushes of the same clone keep moving what it notes of the remote."""
_USER_INFO = re.compile(r"(?<=//)[^/@\s]+@")


FETCHED = "refs/fetched/"
"""The place of the remote's journals in the clone: `refs/outbox/mail` is `refs/fetched/outbox/mail`."""

_KINDS = ("outbox", "sessions", "checkpoints", "audit", "reports", "people")
_JOURNALS = tuple(f"+refs/{kind}/*:{FETCHED}{kind}/*" for kind in _KINDS)


def fetched(ref: str) -> str:
    """The ref of the clone that shows a journal of the remote's."""
    return FETCHED + ref.removeprefix("refs/")


def is_url(location: str) -> bool:
    """Tells whether the location is a remote, not a folder: `https://…`, `ssh://…`, `file://…` or `git@host:path`."""
    return "://" in location or re.match(r"[\w.-]+@[\w.-]+:", location) is not None


def clone_folder(location: str, data_dir: Path) -> Path:
    """The folder of a URL's clone: one of its own for each URL."""
    name = re.sub(r"[^A-Za-z0-9-]+", "-", Path(urlsplit(location).path).stem)[-40:].strip("-")
    return data_dir / "clones" / f"{name or 'record'}-{hashlib.sha256(location.encode()).hexdigest()[:12]}.git"


class Remote:
    """One branch of one remote, and its journals, followed by one bare clone; or, without a branch, these alone.

    Its methods block; call them from a thread.
    """

    def __init__(self, clone: Path, url: str, branch: str | None, token: str | None) -> None:
        self._branch = branch
        self._repo = git.Repo.init(clone, bare=True)
        with self._repo.config_writer() as settings:
            settings.set_value('remote "origin"', "url", url)
            settings.remove_option('remote "origin"', "fetch")
            followed = (f"+refs/heads/{branch}:refs/remotes/origin/{branch}",) if branch else ()
            for fetched_refs in (*followed, *_JOURNALS):
                settings.add_value('remote "origin"', "fetch", fetched_refs)
            settings.set_value("gc", "auto", "0")  # packing is ours, in the background
        self._repo.git.update_environment(**git_environment(url, token))
        self._fetching = threading.Lock()
        self._fetched = float("-inf")
        self.failure: str | None = None

    def fetch(self, max_age: float = 0.0) -> None:
        """Learn the remote's tip, unless it was asked for less than `max_age` seconds ago.

        Calls that wait for each other share one fetch. Raises RecordUnavailable with Git's reason.
        """
        asked = time.monotonic() - max_age
        with self._fetching:
            if self._fetched >= asked:
                return
            started = time.monotonic()
            self._fetch()
            self._fetched = started

    def _fetch(self) -> None:
        """Fetch, again where a push of this clone noted the same ref meanwhile."""
        for more in reversed(range(_FETCHES)):
            try:
                self._run("fetch", "--quiet", "--no-tags", "--prune", "origin")
                break
            except _MovedOn as error:
                if not more:
                    raise self._failed("fetch", str(error)) from error

    @property
    def fetched_at(self) -> float:
        """The monotonic time of the last fetch that came through; minus infinity before the first."""
        return self._fetched

    def tip(self) -> str | None:
        """The remote's tip as last fetched."""
        found = self._repo.git.for_each_ref("--format=%(objectname)", f"refs/remotes/origin/{self._branch}")
        return str(found) or None

    def descends(self, old: str, new: str) -> bool:
        """Tells whether the commit `new` has `old` among its ancestors."""
        return bool(self._repo.is_ancestor(self._repo.commit(old), self._repo.commit(new)))

    def push(self, commit: str) -> bool:
        """Offer the commit as the branch's new tip; False when the remote has moved on. Raises RecordUnavailable."""
        try:
            self._run("push", "--quiet", "--porcelain", "origin", f"{commit}:refs/heads/{self._branch}")
        except _MovedOn:
            return False
        return True

    def push_journal(self, commit: str, ref: str, before: str | None) -> bool:
        """Move a journal of the remote's from one commit to the next; False where it is not at that one any more.

        Raises RecordUnavailable, and whether the journal was moved is not known then.
        """
        lease = f"--force-with-lease={ref}:{before or ''}"
        try:
            self._run("push", "--quiet", "--porcelain", lease, "origin", f"{commit}:{ref}")
        except _MovedOn:
            return False
        return True

    def drop_journal(self, ref: str, at: str) -> bool:
        """Remove a journal of the remote's; False where it is not at that commit any more. Raises RecordUnavailable."""
        try:
            self._run("push", "--quiet", "--porcelain", f"--force-with-lease={ref}:{at}", "origin", f":{ref}")
        except _MovedOn:
            return False
        return True

    def _run(self, command: str, *arguments: str) -> None:
        try:
            getattr(self._repo.git, command)(*arguments, kill_after_timeout=_TIMEOUT)
        except git.GitCommandError as error:
            said = _USER_INFO.sub("", " ".join(f"{error.stdout} {error.stderr}".split()))
            if _MOVED[command].search(said):
                raise _MovedOn(said) from error
            raise self._failed(command, said) from error
        if self.failure:
            _LOG.info("The Git remote is back")
        self.failure = None

    def _failed(self, command: str, said: str) -> RecordUnavailable:
        sentence = f"The Git remote can't be reached ({command}): {said[-500:]}"
        if self.failure is None:
            _LOG.warning("%s", sentence)
        self.failure = sentence
        return RecordUnavailable(sentence)

    def close(self) -> None:
        self._repo.close()


class _MovedOn(Exception):
    """Somebody else moved the ref: the remote's has commits that ours was not built on, or the clone's is newer."""


def git_environment(url: str, token: str | None) -> dict[str, str]:
    """Never ask a person, and keep the token out of the URL, the configuration and the process list."""
    environment = {"GIT_TERMINAL_PROMPT": "0", "GIT_SSH_VARIANT": "ssh", "LC_ALL": "C"}
    if token is not None:
        secret = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        environment |= {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"http.{url}.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {secret}",
        }
    return environment
