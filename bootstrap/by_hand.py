"""Tells what commands do to the record by hand: to keys and to sessions. Each answers with what to print."""

import os
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from bootstrap.noting import note_beside
from domain.sessions import Revocation
from domain.trail import AuditAction
from domain.values import iso
from record.errors import RecordUnavailable
from record.git.browsers import forget_browsers
from record.git.repository import Repository, open_repository
from record.git.sessions import revoke
from record.people.directory import DirectoryReader
from record.signing.rotation import USED_FOR, KeyBranch, fate
from record.signing.signatures import KeyClass, Signer


def rotate_key(branch: KeyBranch, file: Path, key_class: KeyClass, now: datetime, overlap: timedelta) -> str:
    """Sign with a new key, whose private half the file gets. Raises OSError, RecordUnavailable."""
    older = " ".join(branch.rotate(file, now, overlap, key_class))
    said = f"{Signer(file).kid} signs for the {key_class} from now on, its private half is {file}"
    if not older:
        return said
    if not overlap:
        return f"{said}\n{older} proves nothing from now on"
    when = f"{now + overlap:%Y-%m-%d %H:%M} UTC"
    return f"{said}\nOnce every process has it, not before {when}: prodgate keys retire {older}"


def retire_keys(branch: KeyBranch, kids: Collection[str], key_class: KeyClass, now: datetime, *, force: bool) -> str:
    """End the keys, or all of the class but the newest. Raises KeyRefused, RecordUnavailable."""
    ended = branch.retire(now, kids, key_class, force=force)
    return f"{' '.join(ended)} proves nothing from now on; what it signed before stays proven"


def revoke_key(branch: KeyBranch, kid: str, since: str | None, reason: str | None, now: datetime) -> str:
    """Say that a key is somebody else's, and what to do next. Raises KeyRefused, RecordUnavailable."""
    key = branch.revoke(kid, now, since, reason)
    commit = key.revoked_from
    lines = [
        f"{key.kid} proves nothing {f'after {commit}' if commit else 'from now on'}. Next:",
        f"1. prodgate keys rotate --class {key.key_class} --overlap 0, and give the new file to its processes alone",
        f"2. prodgate verify{f' --since {commit}' if commit else ''} CLONE",
    ]
    acts = branch.acts_by(key.kid, commit)
    if not acts:
        return "\n".join([*lines, "3. It signed nothing that is in the record: nothing to look at"])
    what = "Not proven any more; have them decided again" if commit else "Proven still; look for what nobody did"
    return "\n".join([*lines, f"3. {what}:", *(f"   {each.ticket} {each.action}" for each in acts)])


def list_keys(branch: KeyBranch) -> str:
    """Lists the keys: since when and until when they sign, and for what. Raises RecordUnavailable."""
    return "\n".join(
        f"{key.key_class:<8} {key.kid}  since {iso(key.created)}  {fate(key) or 'in use'}: {USED_FOR[key.key_class]}"
        for key in branch.listed()
    )


def revoke_session(
    where: tuple[str, str, Path, str | None], named: Mapping[str, str], reason: str, now: datetime
) -> tuple[str, str]:
    """End what somebody signed in, and note it; of a person, where they are notified, too.

    Besides, what is in doubt: the directory knows nobody of that address, their browsers stay, or there is no note.
    `where` is the record's location, branch, the folder of the demo and token. Raises ValidationError,
    RecordUnavailable.
    """
    location, branch, data, token = where
    entry = Revocation.by_hand(now, reason, **named)
    repository = open_repository(location, branch, data / "sessions", token=token)
    revoke(repository, entry)
    repository.fetch()
    said = f"revoked: {' '.join(f'{kind} {value}' for kind, value in named.items())}"
    doubts = []
    if entry.person:
        doubts += _notified_no_more(repository, entry.person)
    try:
        note_beside(os.environ, data, AuditAction.LOGOUT, f"{said} {reason}".strip())
    except RecordUnavailable as error:  # what is revoked stays so
        doubts.append(f"The audit trail can't be written, so it is not noted there: {error}")
    return said, "\n".join(doubts)


def _notified_no_more(repository: Repository, address: str) -> list[str]:
    """Forget the person's browsers, which may be in other hands; what is in doubt."""
    person, doubts = DirectoryReader(repository).current().person(address), []
    if person is None:
        doubts.append("The directory has nobody of this address: is it spelled as in their tenant's file?")
    try:
        forget_browsers(repository, (person.email, *person.aliases) if person else (address,))
    except RecordUnavailable as error:
        doubts.append(f"Their browsers are notified still: {error}")
    return doubts
