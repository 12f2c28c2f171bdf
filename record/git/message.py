"""A transition as a Git commit: who acted, when, on what, in a form that people and programs read."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import pygit2

from domain.change import Change
from domain.errors import NewerFormat
from domain.formats import COMMITS
from domain.ticket import SYSTEM, PromotionRequest

SERVICE_NAME = "Prodgate"
SERVICE_EMAIL = "prodgate@cab-i.com"
SIGNATURE = "Signature"
"""The trailer with the JWS of what a person asked for or decided."""
EVIDENCE = "Evidence"
"""The trailer with the JWS of what a worker saw of a request's test evidence."""
CONTRACT = "Contract"
"""The trailer with the JWS of how a request's contract differs from production's."""
PASSKEY = "Passkey"
"""The trailer with the answer of a person's own authenticator to what they decided."""
REPAIRS = "Repairs"
"""The trailer with the commit whose changes are taken back, for what was proven before."""
NUMBER = "Append"
"""The trailer with the number of an append to a journal."""
FORMAT = "Format"
"""The trailer with the version of the trailers' format; commits without one are version 1, which is what we write."""
_TRAILERS = ("Request-Id", "Action", "Tenant", "Actor", SIGNATURE, EVIDENCE, CONTRACT, PASSKEY, FORMAT)
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f<>\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")


@dataclass(frozen=True, slots=True)
class FilesMessage:
    """The message of a person's change of files: its first line, who made it when, and the API's signature."""

    subject: str
    name: str
    email: str
    at: datetime
    signature: str


def safe_name(name: str) -> str:
    """A display name that can't pretend to be another field of the commit."""
    return " ".join(_UNSAFE.sub(" ", name).split()).strip(" .,:;\"'\\") or "Unnamed"


def subject(change: Change) -> str:
    """`PR-2026-0001: approved payment-api 2.1.0`: validated identifiers only, never what a person typed freely."""
    return subject_of(change.ticket)


def subject_of(ticket: PromotionRequest) -> str:
    """The same, by the ticket right after its transition."""
    target = ticket.spec.target
    return f"{ticket.id}: {ticket.last.action} {target.name} {target.version}"


def commit(change: Change, tree: bytes, parent: bytes | None, now: datetime) -> bytes:
    """The commit object's bytes. The author date is when it happened, the committer date when it was written."""
    ticket, entry = change.ticket, change.ticket.last
    by_service = entry.by == SYSTEM
    name, email = (SERVICE_NAME, SERVICE_EMAIL) if by_service else (safe_name(change.actor_name), entry.by)
    lines = [f"tree {tree.hex()}"]
    if parent is not None:
        lines.append(f"parent {parent.hex()}")
    lines += [
        f"author {name} <{email}> {_seconds(entry.at)} +0000",
        f"committer {SERVICE_NAME} <{SERVICE_EMAIL}> {_seconds(now)} +0000",
        "",
        subject(change),
        "",
        f"Request-Id: {ticket.id}",
        f"Action: {entry.action}",
        f"Tenant: {ticket.metadata.tenant}",
        f"Actor: {entry.by}",
        *([f"{SIGNATURE}: {change.proof.jws}"] if change.proof else []),
        *([f"{PASSKEY}: {change.proof.passkey}"] if change.proof and change.proof.passkey else []),
        *([f"{EVIDENCE}: {change.finding}"] if change.finding and change.base is None else []),
        *([f"{CONTRACT}: {change.contract}"] if change.contract and change.base is None else []),
        "",
    ]
    return "\n".join(lines).encode()


def repair_message(commit: str, reason: str, email: str, signature: str) -> str:
    """The message of a commit that puts back what another one changed without proof."""
    words = " ".join(_UNSAFE.sub(" ", reason).split())
    subject = f"Put back what was proven before {commit[:10]}"
    return f"{subject}\n\n{words}\n\n{REPAIRS}: {commit}\nActor: {email}\n{SIGNATURE}: {signature}\n"


def files_commit(said: FilesMessage, tree: bytes, parent: bytes | None, now: datetime) -> bytes:
    """The commit object's bytes of a person's change of files that are no tickets."""
    author = f"{safe_name(said.name)} <{said.email}> {_seconds(said.at)} +0000"
    above = [f"parent {parent.hex()}"] if parent is not None else []
    lines = [f"tree {tree.hex()}", *above, f"author {author}"]
    lines += [f"committer {SERVICE_NAME} <{SERVICE_EMAIL}> {_seconds(now)} +0000", "", said.subject, ""]
    return "\n".join([*lines, f"Actor: {said.email}", f"{SIGNATURE}: {said.signature}", ""]).encode()


def journal_commit(subject: str, number: int, tree: bytes, parent: bytes | None, now: datetime) -> bytes:
    """The commit object's bytes of one append to a journal, which is numbered."""
    service = f"{SERVICE_NAME} <{SERVICE_EMAIL}> {_seconds(now)} +0000"
    above = [f"parent {parent.hex()}"] if parent is not None else []
    lines = [f"tree {tree.hex()}", *above, f"author {service}", f"committer {service}"]
    return "\n".join([*lines, "", subject, "", f"{NUMBER}: {number}", ""]).encode()


def _seconds(moment: datetime) -> int:
    return max(0, int(moment.timestamp()))


def plain(text: bytes) -> str:
    """A commit's text, whatever encoding it claims or breaks: a commit that anybody made must not end all reading."""
    return text.decode("utf-8", "replace")


def trailer(commit: pygit2.Commit, name: str) -> str:
    """The value of a trailer of the commit's message; empty when it has none."""
    _, _, block = plain(commit.raw_message).rstrip().rpartition("\n\n")
    return next((line[len(name) + 2 :] for line in block.splitlines() if line.startswith(f"{name}: ")), "")


@dataclass(frozen=True, slots=True)
class Trailers:
    """A message's first line, and those of our trailers that stand in it more than once, wherever."""

    subject: str
    twice: tuple[str, ...]


def trailers(commit: pygit2.Commit) -> Trailers:
    """The commit's, as somebody would read them who looks for one."""
    subject, *lines = plain(commit.raw_message).split("\n")
    times = Counter(line.partition(": ")[0] for line in lines)
    return Trailers(subject, tuple(name for name in _TRAILERS if times[name] > 1))


def newer(commit: pygit2.Commit) -> NewerFormat | None:
    """The refusal of a commit whose trailers have a newer format than this release reads."""
    found = trailer(commit, FORMAT)
    return COMMITS.newer(int(found) if found.isascii() and found.isdigit() and len(found) < 10 else found or None)
