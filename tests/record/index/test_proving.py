"""The index shows of a ticket what is proven, whatever its file says, and says the same when it is made again."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from domain.change import Change
from domain.ticket import BY_PEOPLE, SYSTEM, Action, PromotionRequest, State
from record.files.writing import text_of
from record.git.repository import Repository
from record.index.history import changed_by, commits_of
from record.index.reader import Index
from record.signing.keys import KeyReader
from tests.domain.builders import JEAN, MINUTE, NOW, PIERRE, pending
from tests.record.building import after, bare, git, number, opened, person_commits, publish_key
from tests.signing import KEY, WORKER_KEY, proof_of_act, service_key_file


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    """A record whose service signs what it does."""
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    publish_key(repository.path)
    person_commits(repository.path, service_key_file(), "Know the worker's key")
    yield repository
    await repository.close()


@pytest.fixture
def index(repository: Repository, tmp_path: Path) -> Index:
    return Index(repository, tmp_path / "data" / "index.sqlite")


@dataclass
class Proven:
    """One ticket whose every act is signed, as the promotion and the API sign them."""

    repository: Repository
    ticket: PromotionRequest
    revision: str | None = None

    async def create(self) -> "Proven":
        return await self._record(PIERRE.name)

    async def then(self, *actions: str) -> "Proven":
        for action in actions:
            self.ticket = following(self.ticket, action)
            await self._record("Jean Dupont")
        return self

    async def _record(self, name: str) -> "Proven":
        change = Change(
            ticket=self.ticket,
            base=self.revision,
            actor_name=name,
            proof=proof_of_act(self.ticket, self.repository.tip()),
        )
        self.revision = (await self.repository.record(change)).revision
        return self


def following(ticket: PromotionRequest, action: str) -> PromotionRequest:
    """The ticket after one more act, by whoever does such."""
    by = JEAN.email if Action(action) in BY_PEOPLE else SYSTEM
    if action in {"deploying", "deployed", "failed"}:
        return after(ticket, action, by, job_id="awx-job-1")
    return after(ticket, action, by)


async def approved(repository: Repository) -> Proven:
    return await (await Proven(repository, pending()).create()).then("approved")


def forged(repository: Repository, ticket: PromotionRequest, signature: str = "") -> str:
    """Whoever may push commits a ticket as the service would, as far as they can."""
    last = ticket.last
    trailers = [f"Request-Id: {ticket.id}", f"Action: {last.action}", f"Tenant: {ticket.metadata.tenant}"]
    trailers += [f"Actor: {last.by}", *([f"Signature: {signature}"] if signature else [])]
    subject = f"{ticket.id}: {last.action} {ticket.spec.target.name} {ticket.spec.target.version}"
    return person_commits(repository.path, {ticket.path: text_of(ticket)}, "\n".join([subject, "", *trailers, ""]))


def shown(index: Index, ticket: PromotionRequest) -> PromotionRequest | None:
    return index.get(ticket.id)


def rebuilt(repository: Repository, folder: Path) -> Index:
    return Index(repository, folder / "rebuilt.sqlite")


async def test_what_is_signed_is_shown(repository: Repository, index: Index) -> None:
    """A promotion whose every act is proven is shown as its file says."""
    story = await (await approved(repository)).then("deploying", "deployed")
    assert shown(index, story.ticket) == story.ticket
    assert index.faults() == ()
    assert index.unproven(story.ticket.path) is None


async def test_a_forged_deployment_is_not_shown(repository: Repository, index: Index, tmp_path: Path) -> None:
    """The request is shown as it was proven last, and the commit is named; production is what it was."""
    story = await approved(repository)
    ends = following(following(story.ticket, "deploying"), "deployed")
    commit = forged(repository, ends)
    for each in (index, rebuilt(repository, tmp_path)):
        assert shown(each, story.ticket) == story.ticket
        assert each.revision(story.ticket.id) == story.revision
        assert each.unproven(story.ticket.path) == commit
        assert [fault.path for fault in each.faults()] == [story.ticket.path]
        assert commit[:10] in each.faults()[0].sentence
        target = story.ticket.spec.target
        state = each.state_of(story.ticket.metadata.tenant, target.type, target.name, target.target_environment)
        assert state.production is None


async def test_a_forged_commit_is_no_act_of_the_history(repository: Repository, index: Index) -> None:
    """It stands among the request's commits and is marked, also after the repair, when the true act follows."""
    story = await approved(repository)
    forged(repository, following(story.ticket, "deploying"))
    person_commits(repository.path, {story.ticket.path: text_of(story.ticket)}, "Put it back")
    await story.then("deploying")
    commits = commits_of(repository, index, KeyReader(repository), story.ticket)
    acts = [("created", True), ("approved", True), ("deploying", False), ("deploying", True)]
    assert [(each.action, each.proven) for each in commits] == acts


async def test_the_apis_key_proves_nothing_of_the_service(repository: Repository, index: Index) -> None:
    """Whoever stole the key of people can't write what AWX said."""
    story = await (await approved(repository)).then("deploying")
    ends = following(story.ticket, "deployed")
    forged(repository, ends, proof_of_act(ends, repository.tip(), KEY).jws)
    assert shown(index, story.ticket) == story.ticket


async def test_the_workers_key_proves_nothing_of_people(repository: Repository, index: Index) -> None:
    """Whoever stole the worker's key approves nothing."""
    story = await Proven(repository, pending()).create()
    allowed = following(story.ticket, "approved")
    forged(repository, allowed, proof_of_act(allowed, repository.tip(), WORKER_KEY).jws)
    assert shown(index, story.ticket) == story.ticket


async def test_a_signature_of_another_act_proves_nothing(repository: Repository, index: Index) -> None:
    """A signature that somebody copied from another request's commit is none."""
    first = await (await approved(repository)).then("deploying", "deployed")
    second = await Proven(repository, pending(id=number(2))).create()
    allowed = following(second.ticket, "approved")
    forged(repository, allowed, proof_of_act(first.ticket, repository.tip()).jws)
    assert shown(index, second.ticket) == second.ticket


@pytest.mark.parametrize("action", ["approved", "due"])
async def test_an_act_that_does_not_say_what_its_signer_saw_proves_nothing(
    repository: Repository, index: Index, action: str
) -> None:
    """Once the service signs, by the rule that a launch and the audit keep, too."""
    story = await Proven(repository, pending()).create()
    ends = following(story.ticket, "approved")
    if action == "due":
        await story.then("approved")
        ends = following(story.ticket, "due")
    forged(repository, ends, proof_of_act(ends, tip=None).jws)
    assert shown(index, story.ticket) == story.ticket


@pytest.mark.parametrize("where", ["nowhere", "beside"])
async def test_an_act_whose_signer_saw_another_line_proves_nothing(
    repository: Repository, index: Index, tmp_path: Path, where: str
) -> None:
    """A good signature out of a history that is gone, or of a side branch: by the same rule."""
    story = await Proven(repository, pending()).create()
    side = person_commits(repository.path, {"README.md": "x"})
    git(repository.path, "update-ref", "refs/heads/main", "main~1")
    merge = git(repository.path, "commit-tree", f"{side}^{{tree}}", "-p", "main", "-p", side, "-m", "Merge")
    git(repository.path, "update-ref", "refs/heads/main", merge)
    allowed = following(story.ticket, "approved")
    forged(repository, allowed, proof_of_act(allowed, side if where == "beside" else "0" * 40).jws)
    for each in (index, rebuilt(repository, tmp_path)):
        assert shown(each, story.ticket) == story.ticket


@pytest.mark.parametrize("what", ["removed", "rewound", "garbled"])
async def test_whatever_becomes_of_the_file_the_proven_state_stays(
    repository: Repository, index: Index, tmp_path: Path, what: str
) -> None:
    """A push that takes a file away, back or apart takes nothing away of what happened."""
    story = await approved(repository)
    before = text_of(story.ticket)
    await story.then("deploying", "deployed")
    files = {"removed": None, "rewound": before, "garbled": "nothing: here\n"}
    person_commits(repository.path, {story.ticket.path: files[what]})
    for each in (index, rebuilt(repository, tmp_path)):
        assert shown(each, story.ticket) == story.ticket
        assert [fault.path for fault in each.faults()] == [story.ticket.path]
        assert each.unproven(story.ticket.path) is not None


async def test_put_back_it_is_no_fault_any_more(repository: Repository, index: Index, tmp_path: Path) -> None:
    """The promotion goes on from the file that it wrote."""
    story = await approved(repository)
    forged(repository, following(story.ticket, "deploying"))
    assert index.faults()
    person_commits(repository.path, {story.ticket.path: text_of(story.ticket)}, "Put it back")
    assert index.faults() == ()
    await story.then("deploying", "deployed")
    for each in (index, rebuilt(repository, tmp_path)):
        assert shown(each, story.ticket) == story.ticket
        assert each.faults() == ()


async def test_a_forged_request_is_none_and_its_number_is_taken(repository: Repository, index: Index) -> None:
    """A ticket that nobody signed is in no list; nobody else gets its number either."""
    ticket = pending(id=number(7))
    forged(repository, ticket)
    assert shown(index, ticket) is None
    assert index.last_number(2026) == 7


async def test_what_came_before_the_service_signed_stays(tmp_path: Path) -> None:
    """Acts of the service that nobody had to sign are shown, and what follows them has to be signed."""
    repository = opened(bare(tmp_path / "older.git"), tmp_path)
    publish_key(repository.path)
    story = Proven(repository, pending())
    await (await story.create()).then("approved")
    started = following(story.ticket, "deploying")
    change = Change(ticket=started, base=story.revision, actor_name="Prodgate")
    story.revision, story.ticket = (await repository.record(change)).revision, started
    person_commits(repository.path, service_key_file(), "Know the worker's key")
    index = Index(repository, tmp_path / "index.sqlite")
    assert shown(index, started) == started
    forged(repository, following(started, "deployed"))
    assert shown(index, started) == started
    assert [fault.path for fault in index.faults()] == [started.path]
    await repository.close()


async def test_the_commit_that_isn_t_proven_is_found_by_its_beginning(repository: Repository, index: Index) -> None:
    """Ten digits stand in the fault; they name the commit and the files that it changed."""
    story = await approved(repository)
    commit = forged(repository, following(story.ticket, "deploying"))
    assert changed_by(repository, index, commit[:10]) == (commit, (story.ticket.path,))
    assert changed_by(repository, index, "0" * 10) == (None, ())


@pytest.mark.parametrize("seed", range(6))
async def test_an_index_made_again_says_the_same(
    repository: Repository, index: Index, tmp_path: Path, seed: int
) -> None:
    """Forged, removed, garbled and put back in any order: who looked at each step sees what who comes late sees."""
    draw = random.Random(seed)  # noqa: S311  the same steps each time
    stories = [
        await Proven(repository, pending(id=number(each + 1), at=NOW + each * MINUTE)).create() for each in range(3)
    ]
    ways = {State.PENDING: "approved", State.APPROVED: "deploying", State.DEPLOYING: "deployed"}
    for _ in range(25):
        story = draw.choice(stories)
        step, versions = ways.get(story.ticket.state), [text_of(story.ticket), None, "no: ticket\n"]
        match draw.choice(["true", "true", "forged", "file", "back"]):
            case "true" if step and not index.faults():
                await story.then(step)
            case "forged" if step:
                forged(repository, following(story.ticket, step))
            case "file":
                person_commits(repository.path, {story.ticket.path: draw.choice(versions)})
            case _:
                person_commits(repository.path, {each.ticket.path: text_of(each.ticket) for each in stories})
        assert [shown(index, each.ticket) for each in stories] == [each.ticket for each in stories]
    again = Index(repository, tmp_path / "again.sqlite")
    assert [shown(again, each.ticket) for each in stories] == [each.ticket for each in stories]
    assert [fault.path for fault in again.faults()] == [fault.path for fault in index.faults()]
