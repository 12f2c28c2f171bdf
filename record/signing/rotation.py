"""A new key: its public half goes into the record by one commit that dates the end of those before it."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import git
from joserfc.jwk import OKPKey
from pydantic import ValidationError

from domain.values import iso
from record.errors import RecordUnavailable
from record.git.message import SERVICE_EMAIL, SERVICE_NAME
from record.git.remote import git_environment, is_url
from record.signing.keys import FOLDER
from record.signing.signatures import KeyUnusable, PublicKey, new_key, private_text

_ATTEMPTS = 5
"""The number of attempts to put the key on a branch that moves meanwhile."""


def rotate(location: str, branch: str, file: Path, now: datetime, overlap: timedelta, token: str | None = None) -> str:
    """Make a key, publish its public half, then put the private one into the file; one sentence says what changed.

    In that order: a key that was published and never used is harmless. Raises RecordUnavailable, OSError.
    """
    key = new_key()
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(file.name + ".draft")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(private_text(key), encoding="utf-8")
    retired = publish(location, branch, key, now, now + overlap, token)
    draft.replace(file)
    ends = f"; {', '.join(retired)} until {iso(now + overlap)}" if retired else ""
    return f"{key.thumbprint()} signs from now on, its private half is {file}{ends}"


def publish(
    location: str, branch: str, key: OKPKey, now: datetime, old_until: datetime, token: str | None = None
) -> tuple[str, ...]:
    """Put the key's public half on the branch, and the end of their use into the files of the keys before it.

    Answers with the kids that it retires. Raises RecordUnavailable.
    """
    source = location if is_url(location) else Path(location).absolute().as_uri()
    public = PublicKey(kid=key.thumbprint(), x=str(key.as_dict(private=False)["x"]), created=now)
    failure: git.GitError | None = None
    for _ in range(_ATTEMPTS):
        with tempfile.TemporaryDirectory() as folder:
            try:
                return _publish(
                    Path(folder) / "work", source, branch, (public, old_until), git_environment(source, token)
                )
            except git.GitError as error:
                failure = error
    said = " ".join(str(failure).split())[-300:]
    raise RecordUnavailable(f"The key can't be published on {branch} of {location}: {said}") from failure


def _publish(
    folder: Path, source: str, branch: str, asked: tuple[PublicKey, datetime], given: dict[str, str]
) -> tuple[str, ...]:
    public, old_until = asked
    with git.Repo.clone_from(source, folder, branch=branch, depth=1, env=given) as work:
        work.git.update_environment(**given)
        keys = folder / FOLDER
        keys.mkdir(exist_ok=True)
        retired = tuple(old.kid for old in map(_readable, sorted(keys.glob("*.json"))) if old and old.retired is None)
        for kid in retired:
            file = keys / f"{kid}.json"
            old = PublicKey.model_validate_json(file.read_bytes())
            _write(file, old.model_copy(update={"retired": old_until}))
        _write(keys / f"{public.kid}.json", public)
        work.git.add(FOLDER)
        service = git.Actor(SERVICE_NAME, SERVICE_EMAIL)
        work.index.commit(f"Sign with the key {public.kid} from now on", author=service, committer=service)
        work.git.push("--quiet", "origin", f"HEAD:refs/heads/{branch}")
    return retired


def _readable(file: Path) -> PublicKey | None:
    """Reads the key in the file; None for what is no key, which blesses nothing and needs no end."""
    if file.is_symlink() or not file.is_file():
        return None
    try:
        return PublicKey.of(file.name, file.read_bytes())
    except (ValidationError, KeyUnusable):
        return None


def _write(file: Path, key: PublicKey) -> None:
    file.write_text(key.model_dump_json(indent=2) + "\n", encoding="utf-8")
