"""Publishes, retires and revokes keys: each by one commit of the record's branch, made again where the branch moved."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

import git
from joserfc.jwk import OKPKey
from pydantic import ValidationError

from domain.values import iso
from record.git.checkout import Checkout
from record.git.message import SERVICE_EMAIL, SERVICE_NAME, SIGNATURE, safe_name
from record.signing.keys import FOLDER
from record.signing.signatures import KeyClass, KeyUnusable, PublicKey, new_key, private_text, signer_of

USED_FOR = {
    KeyClass.PEOPLE: "decisions, signed by the API",
    KeyClass.SERVICE: "the service's acts, signed by the worker",
}


class KeyRefused(Exception):
    """A change of keys that would do harm or nothing; `str()` says which, and what to do instead."""


@dataclass(frozen=True)
class SignedAct:
    """An act that says that a key signed it; whether it did is for `prodgate verify` to say."""

    ticket: str
    action: str


@dataclass(frozen=True)
class _Commit:
    """A commit to make: the keys' files to write, and the message."""

    keys: Iterable[PublicKey]
    message: str


_Edit = Callable[[git.Repo, Collection[PublicKey]], _Commit]
"""Makes the commit from a clone of the branch and the keys that it has; raises KeyRefused."""


@dataclass(frozen=True)
class KeyBranch:
    """The branch that has the keys. Every method raises RecordUnavailable where it can't be read or pushed to."""

    checkout: Checkout

    @classmethod
    def at(cls, location: str, branch: str, token: str | None = None) -> Self:
        """The branch at a location; the token is for an https URL."""
        return cls(Checkout(location, branch, token))

    def rotate(
        self, file: Path, now: datetime, overlap: timedelta, key_class: KeyClass = KeyClass.PEOPLE
    ) -> tuple[str, ...]:
        """Make a key, publish its public half, then put the private one into the file; the kids of those before it.

        In that order: a key that was published and never used is harmless. Without an overlap the same commit retires
        the keys before it. Raises OSError.
        """
        key = new_key()
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(file.name + ".draft")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(private_text(key), encoding="utf-8")
        older = self.publish(key, now, key_class, retire=not overlap)
        draft.replace(file)
        return older

    def publish(self, key: OKPKey, now: datetime, key_class: KeyClass, *, retire: bool) -> tuple[str, ...]:
        """Put the key's public half on the branch; the kids of those before it, which `retire` ends as well."""
        x = str(key.as_dict(private=False)["x"])
        public = PublicKey(kid=key.thumbprint(), x=x, created=now, key_class=key_class)
        older = list[PublicKey]()

        def edit(_clone: git.Repo, keys: Collection[PublicKey]) -> _Commit:
            older[:] = _in_use(keys, key_class)
            ended = [_retired(each, now) for each in older] if retire else []
            return _Commit([*ended, public], f"Sign with the key {public.kid} from now on")

        self._commit(edit)
        return tuple(each.kid for each in older)

    def retire(
        self, now: datetime, kids: Collection[str] = (), key_class: KeyClass = KeyClass.PEOPLE, *, force: bool = False
    ) -> tuple[str, ...]:
        """End keys by a commit of its own: those named, or all of the class but the newest; the kids of those ended.

        Raises KeyRefused where nothing is left to end, or, unless forced, where a class would have no key any more.
        """
        ended = list[PublicKey]()

        def edit(_clone: git.Repo, keys: Collection[PublicKey]) -> _Commit:
            ended[:] = [_known(keys, kid) for kid in kids] or _in_use(keys, key_class)[:-1]
            if not ended or not set(ended) <= set(_in_use(keys)):
                raise KeyRefused("There is no such key in use; `prodgate keys list` shows which are")
            left = {each.key_class for each in set(_in_use(keys)) - set(ended)}
            if not force and not {each.key_class for each in ended} <= left:
                raise KeyRefused("Nothing could be signed any more: `prodgate keys rotate` first, or use --force")
            names = ", ".join(each.kid for each in ended)
            return _Commit([_retired(each, now) for each in ended], f"Retire the key {names}")

        self._commit(edit)
        return tuple(each.kid for each in ended)

    def revoke(self, kid: str, now: datetime, since: str | None = None, reason: str | None = None) -> PublicKey:
        """Say that a key proves nothing from now on, or after a commit of the branch's line. Raises KeyRefused."""
        revoked = list[PublicKey]()

        def edit(clone: git.Repo, keys: Collection[PublicKey]) -> _Commit:
            key = _known(keys, kid)
            commit = None if since is None else _on_line(clone, since)
            if key.revoked is not None and commit in {None, key.revoked_from}:
                raise KeyRefused(f"The key {kid} is revoked already")
            revoked[:] = [key.model_copy(update={"revoked": now, "revoked_from": commit})]
            message = f"Revoke the key {kid}" + (f"\n\n{safe_name(reason)}" if reason else "")
            return _Commit(revoked, message)

        self._commit(edit, whole=since is not None)
        return revoked[0]

    def listed(self) -> tuple[PublicKey, ...]:
        """The keys, as their files have them: by class, the oldest first."""
        return self.checkout.look(_keys)

    def acts_by(self, kid: str, since: str | None = None) -> tuple[SignedAct, ...]:
        """The acts that commits after that one say the key signed, oldest first."""

        def read(clone: git.Repo) -> tuple[SignedAct, ...]:
            trailers = (f"%(trailers:key={name},valueonly,separator=)" for name in ("Request-Id", "Action", SIGNATURE))
            told = clone.git.log(
                "--reverse", f"--format={'%x09'.join(trailers)}", f"{since}..HEAD" if since else "HEAD"
            )
            each = (line.split("\t") for line in told.splitlines() if line.count("\t") == 2)
            return tuple(SignedAct(ticket, action) for ticket, action, jws in each if jws and signer_of(jws) == kid)

        return self.checkout.look(read, whole=True)

    def _commit(self, edit: _Edit, *, whole: bool = False) -> None:
        def write(clone: git.Repo) -> str:
            commit, folder = edit(clone, _keys(clone)), Path(clone.working_dir) / FOLDER
            folder.mkdir(exist_ok=True)
            for key in commit.keys:
                (folder / f"{key.kid}.json").write_text(key.model_dump_json(indent=2) + "\n", encoding="utf-8")
            return commit.message

        self.checkout.commit(write, git.Actor(SERVICE_NAME, SERVICE_EMAIL), whole=whole)


def _keys(clone: git.Repo) -> tuple[PublicKey, ...]:
    """The keys in the folder; what is no key blesses nothing, and needs no end."""
    files = sorted((Path(clone.working_dir) / FOLDER).glob("*.json"))
    found = (each for each in map(_readable, files) if each is not None)
    return tuple(sorted(found, key=lambda key: (key.key_class, key.created)))


def _readable(file: Path) -> PublicKey | None:
    if file.is_symlink() or not file.is_file():
        return None
    try:
        return PublicKey.of(file.name, file.read_bytes())
    except (ValidationError, KeyUnusable):
        return None


def _in_use(keys: Collection[PublicKey], key_class: KeyClass | None = None) -> list[PublicKey]:
    """The keys of the class that may still sign, the oldest first."""
    return [key for key in keys if key.key_class is (key_class or key.key_class) and not (key.retired or key.revoked)]


def _known(keys: Collection[PublicKey], kid: str) -> PublicKey:
    found = next((key for key in keys if key.kid == kid), None)
    if found is None:
        raise KeyRefused(f"The record has no key {kid!r}; `prodgate keys list` shows which it has")
    return found


def _retired(key: PublicKey, now: datetime) -> PublicKey:
    return key.model_copy(update={"retired": now})


def _on_line(clone: git.Repo, commit: str) -> str:
    """The commit's full id, if it is on the branch's own line. Raises KeyRefused."""
    try:
        full = str(clone.git.rev_parse("--verify", "--end-of-options", f"{commit}^{{commit}}"))
    except git.GitError:
        full = ""
    if full not in clone.git.rev_list("--first-parent", "HEAD").split():
        raise KeyRefused(f"{commit} is no commit of the branch's own line; name the merge that brought it there")
    return full


def fate(key: PublicKey) -> str:
    """The end of a key, in words; empty while it may sign."""
    if key.revoked:
        return f"revoked {iso(key.revoked)}" + (f", from {key.revoked_from[:12]} on" if key.revoked_from else "")
    return f"retired {iso(key.retired)}" if key.retired else ""
