"""The audit of passkeys: each decision that a rule or the catalogue asks one of carries its person's answer."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.change import Change, Proof
from domain.passkeys import decision_challenge
from domain.signing import counts_from
from record.audit.lint import lint
from record.audit.verify import verify
from record.git.repository import Repository
from record.signing.signatures import sealed
from tests.domain.builders import JEAN, NOW, PIERRE, pending
from tests.passkeys import SITE, Authenticator, confirmed, files_of, passkey, service_commits
from tests.record.audit.test_verify import TENANT, rules
from tests.record.building import after, bare, git, opened, person_commits, says_also
from tests.record.facts.test_line import PLATFORM
from tests.record.people.test_directory import tenant
from tests.rules import rule
from tests.signing import KEY, claims_for, key_file

EARLY = NOW - timedelta(hours=1)
PEOPLE = tenant(
    "tenant-finance",
    f"email: {PIERRE.email}, name: Pierre, role: devops",
    f"email: {JEAN.email}, name: Jean, role: cpi",
)
CATALOGUE = {
    "apis/payment-api.yaml": "apiVersion: apim.cab-i.com/v1\nkind: Api\nmetadata: {name: payment-api, tenant: "
    "tenant-finance}\nspec: {version: 1.0.0, passkey: required}\n"
}
ASKING = [(rule("keys", passkey="required"), ""), (CATALOGUE, "1.0.0")]
BLUE = Authenticator()


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    files = {**key_file(), TENANT: PEOPLE, "platform.yaml": PLATFORM, **files_of(passkey(JEAN, BLUE, at=EARLY))}
    person_commits(repository.path, files, at=EARLY)
    yield repository
    await repository.close()


async def approve(
    repository: Repository, device: Authenticator | None, shown: str = "", page: Any = None, **false: Any
) -> None:
    """A gate that checks nothing records a ticket and Jean's approval, with his answer."""
    created = pending()
    signed = claims_for(created)
    change = Change(
        ticket=created, base=None, actor_name="P", proof=Proof(jws=sealed(signed, KEY), message=signed.message)
    )
    revision = (await repository.record(change)).revision
    approved = after(created, "approved", JEAN.email)
    attempt, round_ = counts_from(approved)
    claims = claims_for(approved, sub=JEAN.subject, issuer=JEAN.issuer, attempt=attempt, round=round_, production=shown)
    meant = claims.model_copy(update=false)
    answer = device.answers(decision_challenge(meant, claims.at), claims.at, **(page or {})) if device else None
    proof = Proof(jws=sealed(claims, KEY), message=claims.message, passkey=answer)
    await repository.record(Change(ticket=approved, base=revision, actor_name="Jean", proof=proof))


@pytest.mark.parametrize(("files", "shown"), ASKING, ids=["rule", "catalogue"])
async def test_a_decision_with_its_persons_answer_is_proven(
    repository: Repository, files: dict[str, str], shown: str
) -> None:
    """Where a rule asks for it, or the catalogue."""
    person_commits(repository.path, files, at=EARLY)
    assert lint(repository.path) == ()
    await approve(repository, BLUE, shown)
    assert set(rules(repository.path)) == set()


@pytest.mark.parametrize(("files", "shown"), ASKING, ids=["rule", "catalogue"])
async def test_one_without_it_is_named(repository: Repository, files: dict[str, str], shown: str) -> None:
    """With the rule that asked."""
    person_commits(repository.path, files, at=EARLY)
    await approve(repository, None, shown)
    assert set(rules(repository.path)) == {"passkey-missing"}


@pytest.mark.parametrize(
    ("named", "page", "found"),
    [
        ({"rpId": SITE.rp_id, "origins": [SITE.origin]}, {}, set()),
        ({"rpId": SITE.rp_id, "origins": [SITE.origin]}, {"origin": "https://old.gate.cab-i.com"}, {"passkey-invalid"}),
        (
            {"rpId": SITE.rp_id, "origins": [SITE.origin, "https://old.gate.cab-i.com"]},
            {"origin": "https://old.gate.cab-i.com"},
            set(),
        ),
        ({"rpId": "cab-i.com", "origins": [SITE.origin]}, {}, {"passkey-invalid"}),
        ({"rpId": "gate.evil.example", "origins": ["https://gate.evil.example"]}, {}, {"passkey-invalid"}),
        (None, {"origin": "https://old.gate.cab-i.com"}, {"passkey-invalid"}),
    ],
)
async def test_answers_are_judged_by_the_addresses_that_the_record_names(
    repository: Repository, named: dict[str, Any] | None, page: dict[str, str], found: set[str]
) -> None:
    """As of the commit; where it names none, by the one in the passkey's file."""
    said = f"{PLATFORM}  passkeys: {json.dumps(named)}\n" if named else PLATFORM
    person_commits(repository.path, {**rule("keys", passkey="required"), "platform.yaml": said}, at=EARLY)
    await approve(repository, BLUE, page=page)
    assert set(rules(repository.path)) == found
    person_commits(repository.path, {"platform.yaml": PLATFORM})
    assert set(rules(repository.path)) == found


async def test_nothing_is_asked_without_a_rule(repository: Repository) -> None:
    """Nor where the rule came later, nor by one that says that none is; an answer nobody asked for is looked at all
    the same."""
    person_commits(repository.path, rule("keys", passkey=False), at=EARLY)
    await approve(repository, None)
    person_commits(repository.path, rule("keys", passkey="required"))
    assert set(rules(repository.path)) == set()


@pytest.mark.parametrize(
    "false",
    [{"words": "a" * 64}, {"id": "another-one"}, {"ticket": "PR-2026-0009"}, {"production": "3"}, {"round": "b" * 64}],
    ids=str,
)
async def test_an_answer_to_something_else_is_named(repository: Repository, false: dict[str, Any]) -> None:
    """Asked for or not."""
    await approve(repository, BLUE, **false)
    assert set(rules(repository.path)) == {"passkey-invalid"}


async def test_an_answer_of_what_does_not_count_is_named(repository: Repository) -> None:
    """Of an authenticator that nobody registered."""
    await approve(repository, Authenticator())
    assert set(rules(repository.path)) == {"passkey-invalid"}


async def test_an_answer_after_the_end_of_its_passkey_is_named(repository: Repository) -> None:
    """And one before it is not, whatever became of the passkey since."""
    made = passkey(JEAN, BLUE, at=EARLY)
    await approve(repository, BLUE)
    person_commits(repository.path, files_of(made.ended_by(JEAN.email, EARLY)))
    assert set(rules(repository.path)) == set()


async def test_a_passkey_that_ended_confirms_nothing(repository: Repository) -> None:
    """Whoever still has the device."""
    person_commits(repository.path, {passkey(JEAN, BLUE).path: None}, at=EARLY)
    await approve(repository, BLUE)
    assert set(rules(repository.path)) == {"passkey-invalid"}


async def test_an_answer_that_is_none_is_named(repository: Repository) -> None:
    """Where somebody rewrote the branch's last commit."""
    await approve(repository, None)
    says_also(repository.path, "Passkey: e30")
    assert "passkey-invalid" in set(rules(repository.path))


async def test_what_the_service_did_to_passkeys_needs_somebodys_word(repository: Repository) -> None:
    """A first one that it brings, one that nobody signed, one that it removes."""
    first, second = passkey(PIERRE, Authenticator()), confirmed(passkey(JEAN, Authenticator()), BLUE)
    service_commits(repository.path, files_of(first))
    assert set(rules(repository.path)) == {"passkey-not-proven"}
    service_commits(repository.path, files_of(second))
    assert set(rules(repository.path)) == {"passkey-not-proven", "passkey-not-signed"}
    service_commits(repository.path, {second.path: None})
    found = [(each.rule, each.sentence) for each in verify(repository.path)]
    assert ("passkey-not-signed", "the service removed it") in found


async def test_an_audit_from_a_commit_on_knows_the_passkeys_before(repository: Repository) -> None:
    """What counted before it, and what had ended."""
    person_commits(repository.path, rule("keys", passkey="required"), at=EARLY)
    since = git(repository.path, "rev-parse", "main")
    await approve(repository, BLUE)
    assert list(verify(repository.path, since)) == []
