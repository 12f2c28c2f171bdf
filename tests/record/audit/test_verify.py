"""Each kind of tampering is planted in a real history, and named."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from domain.change import Change
from domain.ticket import PromotionRequest, State
from record.audit.command import run
from record.audit.verify import verify
from record.errors import RecordUnavailable
from record.files.writing import text_of
from record.git.message import subject_of
from record.git.repository import Repository
from record.people.members import PLATFORM
from tests.domain.builders import JEAN, MINUTE, NOW, PIERRE, RETAIL, pending
from tests.record.building import Story, after, bare, git, imported, number, opened, person_commits
from tests.record.people.test_directory import platform, tenant
from tests.signing import key_file, proof_for

PATH = "requests/prod/2026/03/PR-2026-0001.yaml"
TENANT = "tenants/tenant-finance.yaml"
PEOPLE = tenant(
    "tenant-finance",
    "email: pierre.durand@cab-i.com, name: Pierre, role: devops",
    "email: pierre.durand@cab-i.com, name: Pierre, role: cpi",
    "email: jean.dupont@cab-i.com, name: Jean, role: cpi",
    "email: vera@cab-i.com, name: Vera, role: viewer",
)
SERVICE = "Prodgate <prodgate@cab-i.com>"


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    person_commits(
        repository.path,
        {**key_file(), TENANT: PEOPLE, PLATFORM: platform("email: ada@cab-i.com, name: Ada, role: cpi_admin")},
    )
    yield repository
    await repository.close()


def rules(path: Path, since: str | None = None) -> list[str]:
    return [violation.rule for violation in verify(path, since)]


def forge(path: Path, ticket: PromotionRequest, **said: str) -> None:
    """Commit a ticket as somebody would who pretends to be the service."""
    last = ticket.last
    author = "prodgate@cab-i.com" if last.by == "system" else last.by
    names = {"action": str(last.action), "actor": last.by, "author": author, "id": ticket.id} | said
    message = (
        f"{subject_of(ticket)}\n\nRequest-Id: {names['id']}\nAction: {names['action']}\n"
        f"Tenant: {ticket.metadata.tenant}\nActor: {names['actor']}\n"
    )
    if proof := proof_for(ticket):  # whoever got at the service got at its key
        message += f"Signature: {proof.jws}\n"
    commits_as(path, ticket.path, text_of(ticket), message, names["author"])


def commits_as(path: Path, file: str, text: str, message: str, author: str) -> None:
    lines = ["commit refs/heads/main", f"author Somebody <{author}> 1770000000 +0000"]
    lines += [
        f"committer {SERVICE} 1770000000 +0000",
        f"data {len(message.encode())}",
        message,
        "from refs/heads/main^0",
    ]
    lines += [f"M 100644 inline {file}", f"data {len(text.encode())}", text, ""]
    git(path, "fast-import", "--quiet", stdin="\n".join(lines))


async def test_an_honest_history_is_clean(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the product writes, and people write elsewhere, passes; the command says so and exits 0."""
    for each, actions in enumerate(
        ["approved deploying deployed", "rejected", "approved deploying failed retried deploying"]
    ):
        story = await Story(repository, pending(id=number(each + 1), at=NOW + each * MINUTE)).create()
        await story.then(*actions.split())
    person_commits(repository.path, {"README.md": "hello"})
    assert rules(repository.path) == []
    assert run([str(repository.path)]) == 0
    assert "clean" in capsys.readouterr().out


async def test_a_hand_edit_is_named_with_its_commit(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    """A ticket touched without the service's trailers; the command prints it and exits 1."""
    story = await Story(repository).create()
    text = text_of(story.ticket)
    commit = person_commits(repository.path, {PATH: text.replace("payment-api", "refund-api")})
    assert rules(repository.path) == ["not-the-service", "not-one-transition", "request-altered"]
    assert run([str(repository.path), "--json"]) == 1
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (first["commit"], first["ticket"], first["rule"]) == (commit, number(1), "not-the-service")


TAMPERINGS: dict[str, Callable[[PromotionRequest], PromotionRequest]] = {
    "self-approval": lambda ticket: after(ticket, "approved", PIERRE.email),
    "no-role": lambda ticket: after(ticket, "approved", "vera@cab-i.com"),
    "wrong-actor": lambda ticket: after(ticket, "expired", JEAN.email),
    "not-one-transition": lambda ticket: after(after(ticket, "approved"), "deploying", "system"),
}


@pytest.mark.parametrize("rule", TAMPERINGS)
async def test_a_forged_commit_of_the_service_is_held_to_the_rules(repository: Repository, rule: str) -> None:
    """Right trailers don't make a wrong transition right."""
    story = await Story(repository).create()
    forge(repository.path, TAMPERINGS[rule](story.ticket))
    assert rules(repository.path) == [rule]


async def test_an_illegal_transition_is_no_ticket(repository: Repository) -> None:
    """pending → deployed: the lifecycle has no such step."""
    story = await Story(repository).create()
    text = text_of(after(story.ticket, "approved")).replace("approved\n", "deployed\n")
    commits_as(repository.path, PATH, text, "x", PIERRE.email)
    assert rules(repository.path) == ["unreadable"]


async def test_history_rewritten_or_shortened_is_named(repository: Repository) -> None:
    """An entry changed, an entry taken away."""
    story = await (await Story(repository).create()).then("approved")
    rejected = after(pending(), "rejected")
    forge(repository.path, rejected)
    forge(repository.path, after(rejected.model_copy(update={"status": pending().status}), "approved", at=NOW))
    forge(repository.path, pending())
    found = rules(repository.path)
    assert found.count("history-rewritten") == 2
    assert "history-shortened" in found
    assert story.ticket.state == "approved"


async def test_a_role_counts_as_of_the_commit(repository: Repository) -> None:
    """Jean approved while he had the role: taking it away later changes nothing; approving without it does."""
    await (await Story(repository).create()).then("approved")
    person_commits(repository.path, {TENANT: PEOPLE.replace("name: Jean, role: cpi", "name: Jean, role: viewer")})
    assert rules(repository.path) == []
    await (await Story(repository, pending(id=number(2))).create()).then("approved")
    assert rules(repository.path) == ["no-role"]


async def test_a_tenant_without_a_file_allows_nothing(repository: Repository) -> None:
    """Even the platform's admin can't approve for a tenant that is gone."""
    story = await Story(repository).create()
    person_commits(repository.path, {TENANT: None})
    forge(repository.path, after(story.ticket, "approved", "ada@cab-i.com"))
    assert rules(repository.path) == ["no-role"]


async def test_false_trailers_and_authors_are_named(repository: Repository) -> None:
    """The commit says another action, or another author, than the file."""
    story = await Story(repository).create()
    approved = after(story.ticket, "approved")
    forge(repository.path, approved, action="rejected")
    forge(repository.path, after(approved, "deploying", "system"), author=JEAN.email)
    assert rules(repository.path) == ["false-trailers", "false-author"]


async def test_a_number_given_twice_and_a_removed_file_are_named(repository: Repository) -> None:
    """A file that goes and comes back with the same number."""
    await Story(repository).create()
    person_commits(repository.path, {PATH: None})
    forge(repository.path, pending(at=NOW + MINUTE))
    forge(repository.path, pending(at=NOW.replace(month=7)))
    assert rules(repository.path) == ["removed", "number-reused", "number-reused"]


def merged(path: Path, tree: str, *parents: str) -> str:
    """Make the branch a merge of the parents with that commit's files; the commit."""
    joined = [argument for parent in parents for argument in ("-p", parent)]
    who = ("-c", "user.name=Mona", "-c", "user.email=mona@cab-i.com")
    commit = git(path, *who, "commit-tree", f"{tree}^{{tree}}", *joined, "-m", "Merge")
    git(path, "update-ref", "refs/heads/main", commit)
    return commit


@pytest.mark.parametrize("turned", [False, True], ids=["their first parent", "their second parent"])
async def test_a_merge_that_takes_back_what_was_decided_is_named(repository: Repository, turned: bool) -> None:
    """Its ticket is what another parent has, so that it changes nothing by itself; or it has none. An honest one is."""
    before = git(repository.path, "rev-parse", "main")
    story = await Story(repository).create()
    created = git(repository.path, "rev-parse", "main")
    await story.then("rejected")
    rejected, side = git(repository.path, "rev-parse", "main"), merged(repository.path, created, created)
    parents = (side, rejected) if turned else (rejected, side)
    merged(repository.path, rejected, *parents)
    assert rules(repository.path) == []
    evil = merged(repository.path, created, *parents)
    assert [(each.commit, each.rule) for each in verify(repository.path)] == [(evil, "taken-back")]
    merged(repository.path, before, rejected, merged(repository.path, before, before))
    assert rules(repository.path) == ["taken-back"]


@pytest.mark.parametrize("arguments", [[], ["--json"]], ids=["text", "JSON"])
async def test_nothing_hides_a_violation_on_the_screen(
    repository: Repository, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """A message that would clear the line, go up or write from right to left is shown as what it is."""
    story = await Story(repository).create()
    forge(repository.path, after(story.ticket, "approved"), action="\x1b[1A\x1b[2K\u202eapproved")
    script = b"commit refs/heads/main\ncommitter M <m@x> 0 +0000\ndata 0\nfrom refs/heads/main^0\n"
    script += b'M 100644 inline "tenants/\\351\\033[2K\\n.yaml"\ndata 0\n'
    imported(repository.path, script)
    assert run([str(repository.path), *arguments]) == 1
    said = capsys.readouterr().out
    assert [line for line in said.splitlines() if not line.isprintable()] == []
    assert len(said.splitlines()) == (3 if arguments else 9)
    assert "u001b[1A" in said or "x1b[1A" in said


async def test_files_that_do_not_load_are_named(repository: Repository) -> None:
    """A ticket that is no YAML, a tenant's file that breaks its form."""
    person_commits(repository.path, {PATH: "][", f"tenants/{RETAIL}.yaml": "kind: Nothing"})
    found = list(verify(repository.path))
    assert [(violation.ticket, violation.rule) for violation in found] == [
        (number(1), "unreadable"),
        (f"tenants/{RETAIL}.yaml", "unreadable"),
    ]


async def test_since_takes_the_past_for_granted(repository: Repository) -> None:
    """An audit can go on where the last one ended, and notices a branch that was rewritten since."""
    await Story(repository).create()
    person_commits(repository.path, {PATH: "]["})
    audited = git(repository.path, "rev-parse", "main")
    forge(repository.path, pending(at=NOW.replace(month=7)))
    assert rules(repository.path, since=audited) == ["number-reused"]
    git(repository.path, "update-ref", "refs/heads/main", f"{audited}~1")
    assert rules(repository.path, since=audited) == ["branch-rewritten"]


async def test_a_checked_file_is_the_one_a_lifecycle_would_write(repository: Repository) -> None:
    """A status that the history does not amount to is no ticket."""
    story = await Story(repository).create()
    false = story.ticket.status.model_copy(update={"state": State.APPROVED})
    forge(repository.path, story.ticket.model_copy(update={"status": false}))
    assert rules(repository.path) == ["unreadable"]


async def test_a_shallow_clone_proves_nothing(repository: Repository, tmp_path: Path) -> None:
    """Nor does a folder without a repository; both are told apart from violations by their exit code."""
    await (await Story(repository).create()).then("approved")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repository.path}", "shallow")
    with pytest.raises(RecordUnavailable, match="shallow"):
        rules(tmp_path / "shallow")
    assert run([str(tmp_path)]) == 2


async def test_a_clone_with_a_working_tree_is_audited_too(repository: Repository, tmp_path: Path) -> None:
    """An auditor has nothing but a plain clone."""
    story = await Story(repository).create()
    await repository.record(Change(ticket=story.ticket, base=None, actor_name="Pierre"))
    git(tmp_path, "clone", "--quiet", str(repository.path), "plain")
    assert rules(tmp_path / "plain") == []
