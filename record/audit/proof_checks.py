"""Checks what proves an act: its signature, that it was made for this very act, once, and at its place and time."""

from collections.abc import Iterator
from datetime import UTC, datetime

from domain.errors import Unproven
from domain.signing import FRESH, ServiceClaims, seen_tip
from domain.ticket import SYSTEM
from domain.values import iso
from record.audit.checks import Check, Step, Violation
from record.git.message import subject_of, trailer, trailers

_FILE_MODE = "100644"


def check_file(step: Step) -> Iterator[Violation]:
    """A ticket is a plain file: no link to another, no program, no other repository's commit."""
    if step.mode != _FILE_MODE:
        yield step.violation("not-a-plain-file", f"its mode is {step.mode}, not {_FILE_MODE}")


def check_message(step: Step) -> Iterator[Violation]:
    """The message's first line is the one that the service writes, and no trailer stands twice."""
    if not trailer(step.commit, "Request-Id"):
        return  # a commit by hand, which `check_trailers` names
    said, meant = trailers(step.commit), subject_of(step.now)
    if said.subject != meant:
        yield step.violation("false-subject", f"the commit's first line is {said.subject!r}, not {meant!r}")
    if said.twice:
        yield step.violation("trailer-twice", f"the commit has {', '.join(said.twice)} more than once")


def check_signature(step: Step) -> Iterator[Violation]:
    """A person's act carries the API's signature on this very act; so does the service's own, since it signs."""
    claims, by_person = step.signed, step.last.by != SYSTEM
    if not trailer(step.commit, "Request-Id"):
        return  # a commit by hand, which `check_trailers` names
    if claims is None and (by_person or step.signs_service):
        who = step.last.by if by_person else "the service"
        yield step.violation("not-signed", f"nobody proved that {who} {step.last.action} it")
    elif claims is not None and not by_person and not step.signs_service:
        yield step.violation("signature-misplaced", "what the service did by itself carried no signature then")
    elif isinstance(claims, Unproven):
        yield step.violation("signature-not-valid", str(claims))
    elif claims is not None:
        own, first = str(step.commit.id), step.seen.get("signature", claims.id)
        if step.difference:  # whoever copied a signature does not spoil the act that it was made for
            yield step.violation("signed-for-something-else", step.difference)
        else:
            first = step.seen.first("signature", claims.id, own)
        if first not in (None, own):
            yield step.violation("signature-reused", f"{str(first)[:12]} was made by the same message")


def check_order(step: Step) -> Iterator[Violation]:
    """Since the service signs, each signature says what it counts from: attempt, round and a commit before it."""
    claims = step.signed
    if not step.signs_service or claims is None or isinstance(claims, Unproven):
        return
    if (tip := seen_tip(claims)) is None:
        yield step.violation("signed-without-place", "the signature does not say which attempt, round or tip it is for")
    elif step.seen.get("line", tip) is None:
        yield step.violation("signed-out-of-order", f"the signer saw {tip[:12]}, which is not before it")


def check_times(step: Step) -> Iterator[Violation]:
    """Since the service signs, no act is dated after its commit, and no commit in the future."""
    if not step.signs_service:
        return
    committed = datetime.fromtimestamp(step.commit.commit_time, UTC)
    last = step.last
    if committed > datetime.now(UTC) + FRESH:
        yield step.violation("false-date", f"it was committed at {iso(committed)}, which has not come")
    if last.at > committed + FRESH:
        yield step.violation(
            "false-date", f"it was committed at {iso(committed)}, before it happened at {iso(last.at)}"
        )
    if step.commit.author.time != int(last.at.timestamp()):
        yield step.violation("false-date", f"the commit's author date is not {iso(last.at)}")
    if isinstance(step.signed, ServiceClaims) and abs(step.signed.at - committed) > FRESH:
        yield step.violation("false-date", f"it was signed at {iso(step.signed.at)}, and committed at {iso(committed)}")


CHECKS: tuple[Check, ...] = (check_file, check_message, check_signature, check_order, check_times)
