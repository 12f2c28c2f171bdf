"""The audit knows who the requester was: whatever became of the directory, they did not approve their own request."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.change import Change, Proof
from domain.decision import Decision, DecisionAction
from domain.lifecycle import apply
from domain.roles import Person
from domain.signing import claims_of, proof_of
from domain.ticket import PromotionRequest
from record.git.repository import Repository
from record.people.directory import DirectoryReader
from record.signing.signatures import sealed, signed
from tests.domain.builders import MINUTE, NOW, decision, pending, submission
from tests.record.audit.test_verify import TENANT, rules
from tests.record.building import Story, bare, opened, person_commits
from tests.record.people.test_directory import OWNED_BY, tenant
from tests.signing import KEY, key_file

ROBOT = "ci@cab-i.com"
JEAN = "email: jean.dupont@cab-i.com, name: Jean, role: cpi, aliases: [jd@cab-i.com]"
SUSAN = "email: susan@cab-i.com, name: Susan, role: cpi"
CLAIRE = "email: claire@cab-i.com, name: Claire, role: cpi"


def owned_by(owner: str) -> str:
    return f"email: {ROBOT}, name: CI, role: devops, {OWNED_BY} {owner}"


BEFORE = (JEAN, SUSAN, CLAIRE, owned_by("JD@cab-i.com"))


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    person_commits(repository.path, {**key_file(), TENANT: tenant("tenant-finance", *BEFORE)})
    yield repository
    await repository.close()


def known(repository: Repository, email: str, subject: str) -> Person:
    """Somebody as the directory knows them now, with the subject that their token proves."""
    person = DirectoryReader(repository).current().person(email, subject)
    assert person is not None
    return person


async def asked_for(repository: Repository, email: str, subject: str, *, as_before: bool = False) -> Story:
    """A ticket that this person or account asked for now, as the gate signs it, or as its earlier versions did."""
    directory = DirectoryReader(repository).current()
    requester = known(repository, email, subject)
    owner = directory.person(requester.owner) if requester.owner else None
    asked = signed(submission(requester=requester, owner=owner), KEY)
    proof = proof_of(asked)
    if as_before:
        claims = claims_of(asked).model_copy(update={"requester": None})
        proof = Proof(jws=sealed(claims, KEY), message=claims.message)
    story = Story(repository, pending(requester=requester))
    change = Change(ticket=story.ticket, base=None, actor_name="Somebody", proof=proof)
    story.revision = (await repository.record(change)).revision
    return story


async def approve(repository: Repository, story: Story, email: str, subject: str) -> PromotionRequest:
    """Write the approval as a gate would that forgot to look who it is."""
    by = known(repository, email, subject)
    made: Decision = signed(decision(story.ticket, DecisionAction.APPROVE, by, at=NOW + MINUTE), KEY)
    ticket = apply(story.ticket, made, NOW + MINUTE)
    await repository.record(Change(ticket=ticket, base=story.revision, actor_name=by.name, proof=proof_of(made)))
    return ticket


LATER = {
    "owned by somebody else": ((JEAN, SUSAN, CLAIRE, owned_by("susan@cab-i.com")), "jean.dupont@cab-i.com", "sub-jean"),
    "account removed": ((JEAN, SUSAN, CLAIRE), "jean.dupont@cab-i.com", "sub-jean"),
    "owner's alias a person": (
        (SUSAN, CLAIRE, "email: jd@cab-i.com, name: Jean, role: cpi"),
        "jd@cab-i.com",
        "another|subject",
    ),
    "owner now": ((JEAN, SUSAN, CLAIRE, owned_by("susan@cab-i.com")), "susan@cab-i.com", "sub-susan"),
}


@pytest.mark.parametrize("as_before", [False, True], ids=["signed", "by the directory of then"])
@pytest.mark.parametrize("name", LATER)
async def test_an_owner_of_then_or_now_is_the_requester(repository: Repository, name: str, as_before: bool) -> None:
    """Of a service account: as the submission says, or for an older one the directory as of its commit."""
    story = await asked_for(repository, ROBOT, "sub-ci", as_before=as_before)
    members, email, subject = LATER[name]
    since = person_commits(repository.path, {TENANT: tenant("tenant-finance", *members)})
    await approve(repository, story, email, subject)
    assert rules(repository.path) == ["self-approval"]
    assert rules(repository.path, since) == ["self-approval"]


@pytest.mark.parametrize("as_before", [False, True], ids=["signed", "by the directory of then"])
async def test_somebody_else_approves_whatever_became_of_the_account(repository: Repository, as_before: bool) -> None:
    """Neither verdict is stricter than the gate's own."""
    story = await asked_for(repository, ROBOT, "sub-ci", as_before=as_before)
    person_commits(repository.path, {TENANT: tenant("tenant-finance", JEAN, SUSAN, CLAIRE)})
    await approve(repository, story, "claire@cab-i.com", "sub-claire")
    assert rules(repository.path) == []


@pytest.mark.parametrize(
    "members",
    [
        (SUSAN, JEAN.replace(", aliases: [jd@cab-i.com]", ""), "email: jd@cab-i.com, name: J, role: cpi"),
        (SUSAN, "email: j.married@cab-i.com, name: J, role: cpi"),
    ],
    ids=["alias gone", "entry renamed"],
)
async def test_a_person_whose_entry_changed_is_who_they_were(
    repository: Repository, members: tuple[str, ...], request: pytest.FixtureRequest
) -> None:
    """By an address of then; or by the subject that both signatures name, though no file does."""
    story = await asked_for(repository, "jean.dupont@cab-i.com", "idp|4711")
    person_commits(repository.path, {TENANT: tenant("tenant-finance", *members)})
    alias = "alias" in request.node.name
    await approve(repository, story, *(("jd@cab-i.com", "idp|9") if alias else ("j.married@cab-i.com", "idp|4711")))
    assert rules(repository.path) == ["self-approval"]
