"""People as files describe them, and what a bad file can't do."""

from pathlib import Path

import pytest

from domain.decision import Decision, DecisionAction
from domain.roles import MOST_GRANTS, Grant, Permission, Role
from record.people.directory import Directory, DirectoryReader
from record.people.members import PLATFORM, Member, Membership
from record.signing.signatures import signed
from tests.domain.builders import decision, pending
from tests.record.building import bare, opened, person_commits
from tests.signing import KEY

FINANCE = "tenants/tenant-finance.yaml"
RETAIL = "tenants/tenant-retail.yaml"


def tenant(name: str, *members: str, display: str = "Finance") -> str:
    lines = "".join(f"\n    - {{{member}}}" for member in members) or " []"
    head = f"apiVersion: apim.cab-i.com/v1\nkind: Tenant\nmetadata: {{name: {name}}}\nspec:\n"
    return f"{head}  displayName: {display}\n  members:{lines}\n"


def platform(*members: str) -> str:
    lines = "".join(f"\n    - {{{member}}}" for member in members)
    return f"apiVersion: apim.cab-i.com/v1\nkind: Platform\nspec:\n  members:{lines}\n"


PIERRE = "email: pierre.durand@cab-i.com, name: Pierre Durand, role: devops"
JEAN = "email: jean.dupont@cab-i.com, name: Jean Dupont, role: cpi, subject: sub-jean"
OWNED_BY = "kind: service, owner:"
ROBOT = f"email: ci@cab-i.com, name: CI, role: devops, {OWNED_BY}"
ADA = "email: ada@cab-i.com, name: Ada, role: cpi_admin"


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = bare(tmp_path / "record.git")
    person_commits(path, {FINANCE: tenant("tenant-finance", PIERRE, JEAN), PLATFORM: platform(ADA)})
    return path


@pytest.fixture
def reader(record: Path, tmp_path: Path) -> DirectoryReader:
    return DirectoryReader(opened(record, tmp_path))


def test_people_and_tenants_are_read(reader: DirectoryReader) -> None:
    """Grants come from the file that names the person, addresses are compared however they are spelled."""
    directory = reader.current()
    assert directory.faults == ()
    assert directory.tenants["tenant-finance"].display_name == "Finance"
    pierre = directory.person(" Pierre.Durand@CAB-I.com ")
    assert pierre is not None
    assert pierre.grants == (Grant(role=Role.DEVOPS, tenant="tenant-finance"),)
    assert {each.name for each in directory.who_may(Permission.APPROVE, "tenant-finance")} == {"Jean Dupont", "Ada"}
    assert directory.who_may(Permission.APPROVE, "tenant-gone") == ()
    assert directory.person("nobody@cab-i.com") is None


def test_a_change_takes_effect_with_the_next_call(reader: DirectoryReader, record: Path) -> None:
    """A commit to a tenant's file is in force at once; one to other files changes nothing."""
    before = reader.current()
    person_commits(record, {"README.md": "hello"})
    assert reader.current() is before
    person_commits(record, {FINANCE: tenant("tenant-finance", PIERRE)})
    assert reader.current().person("jean.dupont@cab-i.com") is None


def test_a_tenant_whose_file_is_gone_grants_nothing(reader: DirectoryReader, record: Path) -> None:
    """No file, no rule, no right."""
    assert reader.current().person("pierre.durand@cab-i.com")
    person_commits(record, {FINANCE: None})
    directory = reader.current()
    assert directory.person("pierre.durand@cab-i.com") is None
    assert "tenant-finance" not in directory.tenants
    assert directory.who_may(Permission.APPROVE, "tenant-finance") == ()


@pytest.mark.parametrize("name", ["tenant-finance", "tenant-treasury"], ids=["file alone", "name too"])
def test_a_renamed_tenant_leaves_no_right_under_the_old_name(reader: DirectoryReader, record: Path, name: str) -> None:
    """Whoever was its member has no say on what is open under the old name; a file of another name is none."""
    assert reader.current().who_may(Permission.APPROVE, "tenant-finance")
    person_commits(record, {FINANCE: None, "tenants/tenant-treasury.yaml": tenant(name, PIERRE, JEAN)})
    directory = reader.current()
    assert directory.who_may(Permission.APPROVE, "tenant-finance") == ()
    jean = directory.person("jean.dupont@cab-i.com")
    assert (jean is None) is (name == "tenant-finance")
    assert jean is None or [grant.tenant for grant in jean.grants] == ["tenant-treasury"]
    assert len(directory.faults) == (name == "tenant-finance")


MISFITS = ("!!bool maybe", "!!int ''", "!!timestamp then", "!!map [1]", "!!python/name:os.system", "2026-02-30", "0b_")
"""Values that no reader of YAML can make what their tag, or their form, says."""


@pytest.mark.parametrize(
    "bad",
    [
        "][",
        "[" * 100_000,
        "kind: Tenant",
        tenant("tenant-retail", PIERRE),
        tenant("Tenant-Finance", PIERRE),
        tenant("tenant-finance", "email: eve@cab-i.com, name: Eve, role: cpi_admin"),
        tenant("tenant-finance", "email: eve@cab-i.com, name: Eve, role: cpi, rol: cpi"),
        tenant("tenant-finance", "email: eve, name: Eve, role: cpi"),
        tenant("tenant-finance", PIERRE) + "kind: Tenant\n",
        tenant("tenant-finance", PIERRE, "email: eve@cab-i.com, name: Eve, role: devops, kind: service"),
        tenant("tenant-finance", PIERRE, "email: eve@cab-i.com, name: Eve, role: devops, owner: ada@cab-i.com"),
        tenant("tenant-finance", PIERRE, f"email: eve@cab-i.com, name: E, role: devops, {OWNED_BY} Eve@cab-i.com"),
        tenant("tenant-finance", PIERRE, f"email: eve@cab-i.com, name: Eve, role: cpi, {OWNED_BY} ada@cab-i.com"),
        tenant("tenant-finance", "&a email: eve@cab-i.com, name: *a, role: cpi"),
        tenant("tenant-finance", "email: eve@cab-i.com, name: Eve, <<: {role: cpi}"),
        *(tenant("tenant-finance", PIERRE, f"email: eve@cab-i.com, name: {name}, role: cpi") for name in MISFITS),
    ],
)
def test_a_bad_file_keeps_what_it_last_said_well(
    reader: DirectoryReader, record: Path, tmp_path: Path, bad: str
) -> None:
    """For reading and rejecting, for a process that starts later too; the fault is listed, and stops its tenant."""
    reader.current()
    person_commits(record, {FINANCE: bad})
    for directory in (reader.current(), DirectoryReader(opened(record, tmp_path)).current()):
        assert [fault.path for fault in directory.faults] == [FINANCE]
        assert directory.faults_of("tenant-finance") == directory.faults
        assert directory.faults_of("tenant-retail") == ()
        assert directory.person("jean.dupont@cab-i.com")
        assert directory.person("eve@cab-i.com") is None


@pytest.mark.parametrize(
    "path",
    ["tenants/Tenant-Finance.yaml", "tenants/tenant-financé.yaml", "tenants/tenant-finance.yml", "tenants/x/y.yaml"],
)
def test_a_name_that_shadows_another_is_a_fault_and_never_a_rule(
    reader: DirectoryReader, record: Path, path: str
) -> None:
    """A file whose name differs in case, letters or place grants nothing."""
    person_commits(record, {path: tenant("tenant-finance", "email: eve@cab-i.com, name: Eve, role: cpi")})
    directory = reader.current()
    assert len(directory.faults) == 1
    assert directory.person("eve@cab-i.com") is None
    assert directory.person("jean.dupont@cab-i.com")


def test_several_roles_and_addresses_are_one_person(reader: DirectoryReader, record: Path) -> None:
    """Entries of one address unite their grants, and an alias leads to the same addresses."""
    person_commits(
        record,
        {
            FINANCE: tenant("tenant-finance", PIERRE, f"{PIERRE.replace('devops', 'viewer')}, aliases: [p@cab-i.com]"),
            RETAIL: tenant("tenant-retail", "email: p@cab-i.com, name: Pierre, role: cpi, aliases: [old@cab-i.com]"),
        },
    )
    directory = reader.current()
    pierre, other = directory.person("pierre.durand@cab-i.com"), directory.person("old@cab-i.com")
    assert pierre is not None
    assert other is not None
    assert pierre.addresses == other.addresses == {"pierre.durand@cab-i.com", "p@cab-i.com", "old@cab-i.com"}
    assert {grant.role for grant in pierre.grants} == {Role.DEVOPS, Role.VIEWER}
    assert [grant.role for grant in other.grants] == [Role.CPI]


def test_naming_an_admin_as_an_alias_borrows_no_rights(reader: DirectoryReader, record: Path) -> None:
    """A tenant's file can't make somebody an admin by calling the admin's address theirs."""
    eve = "email: eve@cab-i.com, name: Eve, role: devops, aliases: [ada@cab-i.com]"
    person_commits(record, {FINANCE: tenant("tenant-finance", eve)})
    person = reader.current().person("eve@cab-i.com")
    assert person is not None
    assert person.grants == (Grant(role=Role.DEVOPS, tenant="tenant-finance"),)


def test_a_subject_that_is_not_the_proven_one_grants_nothing(reader: DirectoryReader) -> None:
    """Whoever gets Jean's address later is not Jean; Jean with a new address still is."""
    directory = reader.current()
    assert directory.person("jean.dupont@cab-i.com", "sub-other") is None
    moved = directory.person("jean.martin@cab-i.com", "sub-jean")
    assert moved is not None
    assert moved.addresses == {"jean.dupont@cab-i.com", "jean.martin@cab-i.com"}


def test_somebody_of_very_many_tenants_is_known_and_decides_like_anybody() -> None:
    """As many roles as one can hold fit into a signed decision; more take nothing from others."""
    everywhere = Member.model_validate({"email": "everywhere@cab-i.com", "name": "E", "role": "cpi"})
    names = [f"tenant-of-a-very-large-group-of-companies-number-{number}" for number in range(MOST_GRANTS + 1)]
    directory = Directory(tuple(Membership(name, name, (everywhere,)) for name in names))
    (found,) = directory.people
    assert len(found.grants) == MOST_GRANTS
    decided = decision(pending(), DecisionAction.APPROVE, found)
    assert Decision.model_validate_json(signed(decided, KEY).model_dump_json()).proof


def test_an_empty_record_knows_nobody(tmp_path: Path) -> None:
    """Before the first commit there are no rights."""
    assert DirectoryReader(opened(bare(tmp_path / "empty.git"), tmp_path)).current() == Directory()


def test_it_tells_whom_announcements_reach(record: Path, reader: DirectoryReader) -> None:
    """Of a tenant: its people and the platform's, how each wants to be told, its channel in Slack, and ops."""
    follower = "email: Eve@cab-i.com, name: Eve, role: viewer, notify: true, language: fr"
    silent = "email: ada@cab-i.com, name: Ada, role: cpi_admin, notify: never"
    files = tenant("tenant-finance", PIERRE, JEAN, follower).replace("members", 'slackChannel: "#finance"\n  members')
    ops = "  ops:\n    - {email: ops@cab-i.com, name: Ops, language: fr}\n"
    person_commits(record, {FINANCE: files, PLATFORM: platform(silent) + ops})
    audience = reader.current().audience("tenant-finance")
    assert (audience.tenant_name, audience.slack_channel) == ("Finance", "#finance")
    told = {(each.person.name, each.language, each.follows, each.silent) for each in audience.contacts}
    assert told == {
        ("Pierre Durand", None, False, False),
        ("Jean Dupont", None, False, False),
        ("Eve", "fr", True, False),
        ("Ada", None, False, True),
    }
    assert [(each.email, each.language) for each in audience.ops] == [("ops@cab-i.com", "fr")]


def test_who_listens_in_one_place_is_told_there(record: Path, reader: DirectoryReader) -> None:
    """An admin who wants no mail about the platform is still told as the tenant's own approver, and told once."""
    silent = "email: jean.dupont@cab-i.com, name: Jean Dupont, role: cpi_admin, notify: never"
    person_commits(record, {PLATFORM: platform(silent)})
    (jean,) = [
        each for each in reader.current().audience("tenant-finance").contacts if each.person.name == "Jean Dupont"
    ]
    assert not jean.silent
    (elsewhere,) = reader.current().audience("tenant-retail").contacts
    assert elsewhere.silent


def test_a_slack_user_is_one_person_or_nobody(record: Path, reader: DirectoryReader) -> None:
    """Two people under one id are nobody, and a service account decides nothing."""
    robot = (
        "email: robot@cab-i.com, name: Robot, role: devops, slackId: U3, kind: service, owner: pierre.durand@cab-i.com"
    )
    people = (f"{PIERRE}, slackId: U1", f"{JEAN}, slackId: U2", "email: x@cab-i.com, name: X, role: cpi, slackId: U1")
    person_commits(record, {FINANCE: tenant("tenant-finance", *people, robot)})
    known = reader.current()
    found = [known.person_in_slack(user) for user in ("U1", "U2", "U3", "U4")]
    assert [person and person.name for person in found] == [None, "Jean Dupont", None, None]


@pytest.mark.parametrize("role", ["cpi", "cpi_admin"])
def test_a_service_account_in_an_approving_role_is_one_fault(reader: DirectoryReader, record: Path, role: str) -> None:
    """In one sentence that says what to do; whom the file last named well, it still knows."""
    file, text = (FINANCE, tenant("tenant-finance", PIERRE)) if role == "cpi" else (PLATFORM, platform(ADA))
    person_commits(record, {file: text + f"    - {{{ROBOT} ada@cab-i.com}}\n".replace("devops", role)})
    (fault,) = reader.current().faults
    assert (fault.path, "never decides, so it can't be" in fault.sentence) == (file, True)
    assert fault.sentence.endswith(f"can't be {role}; give it devops or viewer")
    assert reader.current().person("ci@cab-i.com") is None
    assert reader.current().person("jean.dupont@cab-i.com")


DISPUTES: dict[str, tuple[dict[str, tuple[str, ...]], str]] = {
    "owner unknown": ({FINANCE: (PIERRE, JEAN, f"{ROBOT} gone@cab-i.com")}, "owned by gone@cab-i.com, whom no file"),
    "owner a service": (
        {
            FINANCE: (PIERRE, JEAN, f"{ROBOT} bot@cab-i.com"),
            RETAIL: (f"email: Bot@cab-i.com, name: B, role: devops, {OWNED_BY} ada@cab-i.com",),
        },
        "owned by bot@cab-i.com, which is a service account itself",
    ),
    "a person's e-mail": (
        {FINANCE: (PIERRE, JEAN, f"{ROBOT} ada@cab-i.com"), RETAIL: ("email: CI@cab-i.com, name: C, role: cpi",)},
        "is a person's address or subject",
    ),
    "a person's alias": (
        {FINANCE: (f"{PIERRE}, aliases: [ci@cab-i.com]", JEAN, f"{ROBOT} ada@cab-i.com")},
        "is a person's address or subject",
    ),
    "a person's subject": (
        {FINANCE: (PIERRE, JEAN, f"{ROBOT} ada@cab-i.com, subject: sub-jean")},
        "is a person's address or subject",
    ),
}


@pytest.mark.parametrize("name", DISPUTES)
def test_a_service_account_in_dispute_holds_no_role(
    reader: DirectoryReader, record: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """One clear error in the log; the files' other people keep what they have, and nothing old comes back."""
    files, sentence = DISPUTES[name]
    good = tenant("tenant-finance", PIERRE, JEAN, f"{ROBOT} ada@cab-i.com")
    person_commits(record, {FINANCE: good, RETAIL: None})
    assert reader.current().disputes == {}
    known = reader.current().person("ci@cab-i.com")
    assert known is not None
    assert known.grants
    person_commits(record, {path: tenant(path[8:-5], *members) for path, members in files.items()})
    directory = reader.current()
    robot = directory.person("ci@cab-i.com")
    assert robot is not None
    assert (robot.grants, directory.faults) == ((), ())
    assert list(directory.disputes) == ["ci@cab-i.com"]
    (line,) = [each.getMessage() for each in caplog.records if each.levelname == "ERROR"]
    assert sentence in line
    assert line.startswith(f"{FINANCE}: ci@cab-i.com ")
    assert {each.name for each in directory.who_may(Permission.APPROVE, "tenant-finance")} == {"Jean Dupont", "Ada"}
    person_commits(record, {FINANCE: good, RETAIL: None})
    assert reader.current().person("ci@cab-i.com") == known


def test_an_owner_who_leaves_takes_the_service_accounts_roles_along(reader: DirectoryReader, record: Path) -> None:
    """Whichever file the owner stood in; nobody else comes or goes."""
    person_commits(record, {FINANCE: tenant("tenant-finance", PIERRE, f"{ROBOT} ada@cab-i.com")})
    assert reader.current().who_may(Permission.CREATE, "tenant-finance")
    person_commits(record, {PLATFORM: None})
    directory = reader.current()
    assert [each.name for each in directory.who_may(Permission.CREATE, "tenant-finance")] == ["Pierre Durand"]
    assert directory.person("jean.dupont@cab-i.com") is None, "an older state of the file came back"
