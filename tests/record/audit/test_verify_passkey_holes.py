"""Attacks on the audit of passkeys: acts dated before the rule, and launches on votes from before it."""

from datetime import datetime, timedelta

import pytest

from domain.change import Change, Proof
from domain.passkeys import decision_challenge
from domain.signing import counts_from
from domain.ticket import PromotionRequest
from record.git.repository import Repository
from record.git.writer import unsealed
from record.signing.signatures import sealed
from tests.domain.builders import JEAN, NOW, PIERRE, pending
from tests.passkeys import Authenticator
from tests.record.audit.test_verify import rules
from tests.record.audit.test_verify_passkeys import BLUE, repository
from tests.record.building import after, person_commits
from tests.rules import rule
from tests.signing import KEY, claims_for

__all__ = ["repository"]

HOUR = timedelta(hours=1)
ASKS = rule("keys", passkey="required")


async def write(
    repository: Repository,
    ticket: PromotionRequest,
    base: str | None,
    at: datetime,
    by: Authenticator | None = None,
) -> str:
    """The file's revision, after a gate that checks nothing committed the ticket's last entry at that time."""
    proof = None
    if ticket.last.by_person:
        person = PIERRE if ticket.last.by == PIERRE.email else JEAN
        attempt, round_ = counts_from(ticket)
        said = {"sub": person.subject, "issuer": person.issuer, "attempt": attempt, "round": round_}
        shown = {"production": ""} if ticket.last.action != "created" else {}
        claims = claims_for(ticket, **said, **shown)
        answer = by.answers(decision_challenge(claims, claims.at), claims.at) if by else None
        proof = Proof(jws=sealed(claims, KEY), message=claims.message, passkey=answer)
    change = Change(ticket=ticket, base=base, actor_name="Jean", proof=proof)
    return (await repository.record(change, unsealed, lambda: at)).revision


async def test_no_date_talks_the_audit_out_of_it(repository: Repository) -> None:
    """Whoever has the API's key dates Jean's approval before the rule."""
    created = pending(at=NOW + HOUR)
    revision = await write(repository, created, None, NOW + HOUR)
    person_commits(repository.path, ASKS, at=NOW + 2 * HOUR)
    approved = after(created, "approved", at=NOW + HOUR)
    await write(repository, approved, revision, NOW + 3 * HOUR)
    assert "passkey-missing" in set(rules(repository.path))


@pytest.mark.parametrize("device", [None, BLUE], ids=["without", "with"])
async def test_a_launch_on_votes_from_before_the_rule_is_named(
    repository: Repository, device: Authenticator | None
) -> None:
    """An hour after the rule asked for passkeys, somebody's worker launches what had none; not what had one."""
    created = pending(at=NOW + HOUR)
    revision = await write(repository, created, None, NOW + HOUR)
    approved = after(created, "approved", at=NOW + HOUR)
    revision = await write(repository, approved, revision, NOW + HOUR, device)
    person_commits(repository.path, ASKS, at=NOW + 2 * HOUR)
    person_commits(repository.path, {"README.md": "An hour"}, at=NOW + 3 * HOUR)
    launched = after(approved, "deploying", "system", at=NOW + HOUR, job_id="awx-job-1")
    await write(repository, launched, revision, NOW + 3 * HOUR)
    assert ("passkey-missing" in set(rules(repository.path))) is (device is None)


async def test_a_launch_while_the_rule_came_is_none(repository: Repository) -> None:
    """The worker looked a moment before."""
    created = pending(at=NOW + HOUR)
    revision = await write(repository, created, None, NOW + HOUR)
    approved = after(created, "approved", at=NOW + HOUR)
    revision = await write(repository, approved, revision, NOW + HOUR)
    person_commits(repository.path, ASKS, at=NOW + HOUR)
    launched = after(approved, "deploying", "system", at=NOW + HOUR, job_id="awx-job-1")
    await write(repository, launched, revision, NOW + HOUR)
    assert "passkey-missing" not in set(rules(repository.path))
