"""An entry belongs to the sign-in of its first proven act, until a commit says otherwise."""

from collections.abc import AsyncIterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from domain.change import Change, Proof
from domain.errors import IdentityChanged
from domain.identity import SignIn
from domain.roles import Person
from record.audit.verify import verify
from record.facts.identities import Identities
from record.git.repository import Repository
from record.index.reader import Index
from record.people.directory import DirectoryReader
from record.people.members import PLATFORM, Fault, parse
from record.signing.keys import KeyReader
from record.signing.signatures import new_key, sealed
from tests.domain.builders import MINUTE, NOW, pending
from tests.record.building import Story, after, bare, git, number, opened, person_commits
from tests.record.people.test_directory import tenant
from tests.signing import KEY, claims_for, key_file

TENANT = "tenants/tenant-finance.yaml"
PIERRE, JEAN = "pierre.durand@cab-i.com", "jean.dupont@cab-i.com"
ASKER = f"email: {PIERRE}, name: Pierre, role: devops, subject: sub-pierre"
ENTRY = f"email: {JEAN}, name: Jean, role: cpi, aliases: [jd@cab-i.com]"
OLD, NEW = "https://old.example", "https://new.example"


def platform(identities: str, controls: int = 2) -> str:
    """The platform's file."""
    said = f"catalogue: open\n  controls: {controls}\n  identities: {identities}"
    return f"apiVersion: apim.cab-i.com/v1\nkind: Platform\nspec:\n  {said}\n"


class Gate:
    """A record, and what two processes know of who acted by which sign-in."""

    def __init__(self, repository: Repository, folder: Path) -> None:
        self.repository, self.tickets = repository, 0
        self.directory = DirectoryReader(repository)
        self.identities = Identities(repository, Index(repository, folder / "index.db"), KeyReader(repository))

    def says(self, *members: str, identities: str = "{}", controls: int = 2) -> str:
        files: dict[str, str | None] = {TENANT: tenant("tenant-finance", ASKER, *members)}
        return person_commits(self.repository.path, {**files, PLATFORM: platform(identities, controls)})

    async def approves(self, subject: str, issuer: str | None = OLD, key: Any = KEY) -> None:
        """Jean's approval of another ticket, signed by that key as that subject."""
        self.tickets += 1
        story = Story(self.repository, pending(id=number(self.tickets), at=NOW + self.tickets * 10 * MINUTE))
        await self._record(story, sealed(claims_for(story.ticket, sub="sub-pierre", issuer=OLD), KEY))
        story.ticket = after(story.ticket, "approved", JEAN)
        await self._record(story, sealed(claims_for(story.ticket, sub=subject, issuer=issuer), key))

    async def _record(self, story: Story, jws: str) -> None:
        proof = Proof(jws=jws, message="0" * 64)
        change = Change(ticket=story.ticket, base=story.revision, actor_name="Somebody", proof=proof)
        story.revision = (await self.repository.record(change)).revision

    def knows(self, subject: str, email: str = JEAN, issuer: str | None = OLD) -> Person | None:
        return self.identities.person(self.directory.current(), email, SignIn(subject=subject, issuer=issuer))

    def refuses(self, subject: str, email: str = JEAN, issuer: str | None = OLD) -> bool:
        try:
            self.knows(subject, email, issuer)
        except IdentityChanged:
            return True
        return False

    @property
    def changed(self) -> list[str]:
        """The tickets of which an audit says that another subject acted; it says nothing else."""
        found = list(verify(self.repository.path))
        assert {each.rule for each in found} <= {"subject-changed"}
        return [each.ticket for each in found]


@pytest.fixture
async def gate(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Gate]:
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    person_commits(repository.path, key_file())
    gate = Gate(repository, tmp_path)
    gate.says(ENTRY, controls=getattr(request, "param", 2))
    yield gate
    await repository.close()


async def test_the_first_act_binds_its_subject_and_issuer(gate: Gate) -> None:
    """Before it, whoever has the address is taken; afterwards nobody else is."""
    assert not gate.refuses("sub-jean")
    assert not gate.refuses("sub-other")
    await gate.approves("sub-jean")
    assert not gate.refuses("sub-jean")
    assert gate.refuses("sub-other")
    assert gate.refuses("sub-jean", issuer=NEW)
    await gate.approves("sub-jean")
    assert gate.changed == []


async def test_an_act_of_earlier_versions_binds_the_subject_alone(gate: Gate) -> None:
    """It told no issuer."""
    await gate.approves("sub-jean", issuer=None)
    assert not gate.refuses("sub-jean", issuer=NEW)
    assert gate.refuses("sub-other")


async def test_whoever_may_push_binds_nobody(gate: Gate) -> None:
    """An act that the gate's key did not sign proves nothing, and the next one that it did sign binds."""
    await gate.approves("sub-attacker", key=new_key())
    assert not gate.refuses("sub-jean")
    await gate.approves("sub-jean")
    assert gate.refuses("sub-attacker")
    assert not gate.refuses("sub-jean")


async def test_an_alias_alone_gives_roles_to_the_bound_subject_only(gate: Gate) -> None:
    """Others who have it by now are people without roles, and still recognised as the one requester."""

    def grants(subject: str) -> int:
        person = gate.knows(subject, "jd@cab-i.com")
        assert person is not None
        assert JEAN in person.addresses
        return len(person.grants)

    assert (grants("sub-jean"), grants("sub-other")) == (0, 0)
    await gate.approves("sub-jean")
    assert (grants("sub-jean"), grants("sub-other")) == (1, 0)


async def test_whoever_reads_much_at_once_and_whoever_checks_one_person_never_wait_for_each_other(gate: Gate) -> None:
    """Both need the index and what is known: each had one and waited for the other, and no decision was checked."""
    gate.says(ENTRY)
    directory, reading, looked = gate.directory.current(), Event(), Event()

    def reads_all() -> None:
        with gate.identities.index.still():
            reading.set()
            looked.wait(1)  # as long as the other one is before the index
            gate.identities.all_of(directory)

    def checks_one() -> None:
        reading.wait()
        gate.knows("sub-jean")
        looked.set()

    threads = [Thread(target=each, daemon=True) for each in (reads_all, checks_one)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(10)
    assert not any(each.is_alive() for each in threads)


async def test_the_entry_may_name_a_new_subject(gate: Gate) -> None:
    """That is how somebody gets another sign-in: by a commit; `verify` judges each act by the entry of its time."""
    await gate.approves("sub-jean")
    gate.says(f"{ENTRY}, subject: sub-new")
    assert not gate.refuses("sub-new", issuer=NEW)
    person = gate.knows("sub-jean")
    assert person is None
    await gate.approves("sub-new", issuer=NEW)
    assert gate.changed == []
    gate.says(ENTRY)
    assert gate.refuses("sub-new", issuer=NEW)
    await gate.approves("sub-new", issuer=NEW)
    assert gate.changed == [number(3)]


async def test_the_platform_may_begin_anew(gate: Gate) -> None:
    """Acts up to that commit bind nobody; where providers are named, no other counts."""
    await gate.approves("sub-jean")
    since = gate.says(ENTRY)
    assert gate.refuses("sub-new", issuer=NEW)
    gate.says(ENTRY, identities=f"{{since: {since}, issuers: ['{NEW}']}}")
    assert not gate.refuses("sub-new", issuer=NEW)
    assert gate.refuses("sub-jean", issuer=OLD)
    await gate.approves("sub-new", issuer=NEW)
    assert gate.refuses("sub-jean", issuer=NEW)
    assert gate.changed == [number(2)]  # Pierre's submission still came from the old provider


async def test_a_signature_that_is_shown_once_more_binds_nobody(gate: Gate) -> None:
    """Somebody pushes an old act's message again, author and all, beside no act, after the platform began anew."""
    await gate.approves("sub-before")
    act, folder = gate.repository.tip(), gate.repository.path
    shown, name = git(folder, "log", "-1", "--format=%B", str(act)), git(folder, "log", "-1", "--format=%an", str(act))
    assert gate.refuses("sub-jean")
    gate.says(ENTRY, identities=f"{{since: {act}}}")
    tip = git(folder, "rev-parse", "main")
    by = ("-c", f"user.name={name}", "-c", f"user.email={JEAN}")
    again = git(folder, *by, "commit-tree", "main^{tree}", "-p", tip, "-F", "-", stdin=shown)
    git(folder, "update-ref", "refs/heads/main", again, tip)
    assert not gate.refuses("sub-jean")
    await gate.approves("sub-jean")
    assert gate.refuses("sub-before")


async def test_a_commit_that_is_not_on_the_branch_begins_nothing(gate: Gate) -> None:
    """A slip takes nobody's binding away."""
    await gate.approves("sub-jean")
    gate.says(ENTRY, identities=f"{{since: {'f' * 40}}}")
    assert gate.refuses("sub-new")
    await gate.approves("sub-new")
    assert gate.changed == [number(2)]


@pytest.mark.parametrize("said", ["{since: main}", "{since: 0123}", "{issuers: [id.example.com]}", "{until: x}"])
def test_what_the_platform_says_of_sign_ins_is_read_strictly(said: str) -> None:
    """A slip is a fault of the file, which names it."""
    read = parse(PLATFORM, platform(said).encode())
    assert isinstance(read, Fault)
    assert "identities" in read.sentence


@pytest.mark.parametrize("gate", [1], indirect=True)
async def test_older_tickets_keep_the_rules_of_their_time(gate: Gate) -> None:
    """Of a ticket from before `controls: 2`, an audit says of another subject what it always said: nothing."""
    await gate.approves("sub-jean")
    await gate.approves("sub-new")
    gate.says(ENTRY)
    await gate.approves("sub-jean")
    await gate.approves("sub-new")
    assert gate.changed == [number(4)]
