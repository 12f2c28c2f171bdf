"""The files that say who is who: `tenants/<tenant>.yaml` and `platform.yaml`, read strictly."""

import os
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints, ValidationError, model_validator
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError

from domain.audience import Addressee, Language, SlackChannel
from domain.awx_policy import AwxSetup
from domain.coverage import VALID_FOR
from domain.evidence import Tokens
from domain.formats import newer_file
from domain.passkeys import PasskeySites
from domain.roles import GRANTED, Grant, Permission, PersonName, Role, Subject, same_address
from domain.values import Email, ExternalId, Frozen, Tenant, Version, same_name
from domain.votes import GroupName, Groups, group_of
from domain.webhooks import MOST_WEBHOOKS, Webhook, WebhookEntry
from record.files.reading import describe

PLATFORM = "platform.yaml"
TENANTS = "tenants"
MAX_BYTES = 1_000_000
_DEEPEST = 32
HttpAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$", max_length=500)]
_TENANT_ROLES = frozenset({Role.DEVOPS, Role.CPI, Role.VIEWER})
_APPROVING = frozenset(role for role, allowed in GRANTED.items() if Permission.APPROVE in allowed)


@dataclass(frozen=True, slots=True)
class Fault:
    """A file of the record that can't be used as it is, and why, in one sentence; `line` where one is to blame.

    `names` are the targets that it names, besides the one in its path.
    """

    path: str
    sentence: str
    line: int | None = None
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"

    @property
    def place(self) -> str:
        """The file, and the line where one is to blame."""
        return self.path if self.line is None else f"{self.path}, line {self.line}"

    @property
    def stem(self) -> str:
        """The tenant or the target that the file is about, by its name, comparable."""
        return same_name(PurePosixPath(self.path).stem)


def shown(name: str | bytes | None) -> str:
    """A name in a tree as text that can be sent and printed: bytes that are no UTF-8 are escaped."""
    return os.fsencode(name or "").decode("utf-8", "backslashreplace")


class AccountKind(StrEnum):
    PERSON = "person"
    SERVICE = "service"


class Member(Frozen):
    """One role of one person, or of a service account that a person owns, as a file grants it.

    `notify` says that they follow what is deployed there; `never` keeps all mail about the place from them.
    """

    email: Email
    name: PersonName
    role: Role
    subject: Subject | None = None
    aliases: Annotated[tuple[Email, ...], Field(max_length=50)] = ()
    slack_id: ExternalId | None = None
    language: Language | None = None
    notify: bool | Literal["never"] = False
    kind: AccountKind = AccountKind.PERSON
    owner: Email | None = None

    @property
    def addresses(self) -> frozenset[str]:
        """Every address of the entry, comparable."""
        return frozenset(map(same_address, (self.email, *self.aliases)))

    @model_validator(mode="after")
    def _a_service_has_an_owner(self) -> Self:
        if (self.kind is AccountKind.SERVICE) is not (self.owner is not None):
            raise ValueError("kind: service goes with an owner, and only with one")
        if self.kind is AccountKind.SERVICE and self.role in _APPROVING:
            raise ValueError(f"a service account never decides, so it can't be {self.role}; give it devops or viewer")
        if self.owner is not None and same_address(self.owner) in self.addresses:
            raise ValueError("a service account can't own itself")
        return self


class OpenModel(Frozen):
    """A part of a file that other tools may add keys to."""

    model_config = ConfigDict(extra="ignore")


class _TenantMetadata(OpenModel):
    name: Tenant


class _TenantSpec(OpenModel):
    display_name: PersonName
    slack_channel: SlackChannel | None = None
    members: Annotated[tuple[Member, ...], Field(max_length=10_000)] = ()
    webhooks: Any = ()
    """Read entry by entry: a bad one is told nothing, and is no reason to refuse the file."""


class SignInRules(Frozen):
    """From when on acts bind people to their sign-ins, and which providers' sign-ins count; none named: any."""

    since: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")] | None = None
    issuers: Annotated[tuple[HttpAddress, ...], Field(max_length=20)] = ()


ANY_SIGN_IN = SignInRules()


class CatalogueMode(StrEnum):
    """The owner of a target that the catalogue does not name: nobody, or who first had a request for it approved."""

    REGISTERED = "registered"
    OPEN = "open"


_DURATION = re.compile(r"([1-9][0-9]{0,3})([hd])")
_LONGEST = timedelta(days=365)


def _duration(value: object) -> object:
    """A number of hours or days, such as `12h` or `7d`."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    duration = timedelta(hours=int(found[1]) * {"h": 1, "d": 24}[found[2]]) if found else None
    if duration is None or duration > _LONGEST:
        raise ValueError("must be a number of hours or days up to a year, such as 12h or 7d")
    return duration


ValidFor = Annotated[timedelta, BeforeValidator(_duration)]
_Group = Annotated[tuple[Email, ...], Field(max_length=1_000)]


class _PlatformSpec(OpenModel):
    controls: Literal[1, 2] = 1
    catalogue: CatalogueMode = CatalogueMode.REGISTERED
    moving_versions: Annotated[tuple[Version, ...], Field(max_length=100)] = ()
    approval_valid_for: ValidFor = VALID_FOR
    supersede: StrictBool = False
    identities: SignInRules = ANY_SIGN_IN
    gitlab: Annotated[tuple[Tokens, ...], Field(max_length=20)] = ()
    awx: AwxSetup | None = None
    passkeys: PasskeySites | None = None
    groups: Annotated[dict[GroupName, _Group], Field(max_length=100)] = Field(default_factory=dict)
    members: Annotated[tuple[Member, ...], Field(max_length=10_000)] = ()
    ops: Annotated[tuple[Addressee, ...], Field(max_length=100)] = ()


class _TenantFile(OpenModel):
    api_version: Literal["apim.cab-i.com/v1"]
    kind: Literal["Tenant"]
    metadata: _TenantMetadata
    spec: _TenantSpec


class _PlatformFile(OpenModel):
    api_version: Literal["apim.cab-i.com/v1"]
    kind: Literal["Platform"]
    spec: _PlatformSpec


@dataclass(frozen=True, slots=True)
class PlatformRules:
    """The rules that the platform's file sets for everybody.

    From `controls` 2 on, targets have owners and requests their bounds. `moving_versions` need a digest. An approval
    holds for `approval_valid_for` after its request is due. With `supersede`, the approval of a newer version closes
    the requests of older ones. `gitlab` are those that test evidence is read from, `groups` those that rules name.
    `awx` is the set-up that deploys, `passkeys` are the addresses at which passkeys count; any, where there is none.
    """

    controls: int = 1
    open_catalogue: bool = False
    moving_versions: tuple[str, ...] = ()
    approval_valid_for: timedelta = VALID_FOR
    supersede: bool = False
    sign_ins: SignInRules = ANY_SIGN_IN
    gitlab: tuple[Tokens, ...] = ()
    awx: AwxSetup | None = None
    passkeys: PasskeySites | None = None
    groups: Groups = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Membership:
    """The content of one good file: the tenant it describes (None: the whole platform) and its members.

    `slack_channel` is the tenant's own; `ops` are mailed about every deployment that fails. `unusable` are entries that
    are told nothing as they are.
    """

    tenant: str | None
    display_name: str
    members: tuple[Member, ...]
    slack_channel: str | None = None
    ops: tuple[Addressee, ...] = ()
    rules: PlatformRules = PlatformRules()
    webhooks: tuple[Webhook, ...] = ()
    unusable: tuple[Fault, ...] = ()

    def grants(self) -> tuple[tuple[Member, Grant], ...]:
        return tuple((member, Grant(role=member.role, tenant=self.tenant)) for member in self.members)


def parse(path: str, data: bytes) -> Membership | Fault:
    """Reads what the file says, or why it says nothing."""
    try:
        tree = load_strictly(data)
        return _platform(tree) if path == PLATFORM else _tenant(path, tree, data)
    except Exception as error:  # whatever a reader raises, PyYAML's OverflowError too: the file can't be used
        return fault_of(path, data, error)


def fault_of(path: str, data: bytes, error: Exception) -> Fault:
    """The reason why the file can't be used, with the line of the first thing that is wrong where it can be told."""
    if isinstance(error, ValidationError):
        if newer := newer_file(error):
            return Fault(path, str(newer), _line_of(data, ("apiVersion",)))
        return Fault(path, describe(error), _line_of(data, error.errors()[0]["loc"]))
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or str(error)
    return Fault(path, " ".join(reason.split()), None if mark is None else mark.line + 1)


def _line_of(data: bytes, location: tuple[int | str, ...]) -> int:
    """The line of a value in a document that was read: its own, or that of the nearest part that is there."""
    node = yaml.compose(data, Loader=_Loader)
    line = 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == part]
            key, node = found[0] if found else (None, None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            key = node = node.value[part]
        else:
            break
        if key is None or node is None:
            break
        line = key.start_mark.line + 1
    return line


def _platform(tree: Any) -> Membership:
    spec = _PlatformFile.model_validate(tree).spec
    rules = PlatformRules(
        controls=spec.controls,
        open_catalogue=spec.catalogue is CatalogueMode.OPEN,
        moving_versions=spec.moving_versions,
        approval_valid_for=spec.approval_valid_for,
        supersede=spec.supersede,
        sign_ins=spec.identities,
        gitlab=spec.gitlab,
        awx=spec.awx,
        passkeys=spec.passkeys,
        groups={name: group_of(members) for name, members in spec.groups.items()},
    )
    return Membership(None, "Platform", spec.members, ops=spec.ops, rules=rules)


def _tenant(path: str, tree: Any, data: bytes) -> Membership:
    file = _TenantFile.model_validate(tree)
    name = file.metadata.name
    if PurePosixPath(path).name != f"{name}.yaml":
        raise ValueError(f"the file's name and metadata.name, {name}, must be the same")
    for member in file.spec.members:
        if member.role not in _TENANT_ROLES:
            raise ValueError(f"{member.role} can't be granted by a tenant's file, only by {PLATFORM}")
    webhooks, unusable = _webhooks(path, name, file.spec.webhooks, data)
    spec = file.spec
    return Membership(name, spec.display_name, spec.members, spec.slack_channel, webhooks=webhooks, unusable=unusable)


def _webhooks(path: str, tenant: str, given: Any, data: bytes) -> tuple[tuple[Webhook, ...], tuple[Fault, ...]]:
    """The webhooks that can be told, and a fault for each entry that can't."""
    place: tuple[int | str, ...] = ("spec", "webhooks")
    if not isinstance(given, list | tuple) or len(given) > MOST_WEBHOOKS:
        sentence = f"spec.webhooks: must be a list of at most {MOST_WEBHOOKS}; nothing of it is told"
        return (), (Fault(path, sentence, _line_of(data, place)),)
    good: dict[str, Webhook] = {}
    faults: list[Fault] = []
    for number, entry in enumerate(given):
        try:
            read = WebhookEntry.model_validate(entry)
        except ValidationError as error:
            where = (*place, number, *error.errors()[0]["loc"])
            faults.append(Fault(path, f"spec.webhooks.{number}: {describe(error)}", _line_of(data, where)))
            continue
        webhook = Webhook(tenant=tenant, **read.model_dump(by_alias=False))
        if good.setdefault(webhook.id, webhook) is not webhook:
            line = _line_of(data, (*place, number, "url"))
            faults.append(Fault(path, f"spec.webhooks.{number}.url: stands in an earlier entry too", line))
    return tuple(good.values()), tuple(faults)


class _Loader(yaml.SafeLoader):
    """No aliases, no merging and no key twice: a rule that shadows another is a fault, not a rule.

    No tags either: PyYAML raises whatever it happens to where a tag does not fit its value, such as `!!bool maybe`.
    """

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # in the stubs
        if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None) is not None:
            raise ComposerError(None, None, "aliases and tags have no place here", event.start_mark)
        if self.depth > _DEEPEST:  # said here, so that every reader says the same, whatever its own stack
            raise ComposerError(None, None, "nested too deeply", event.start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        if "<<" in keys:
            raise ConstructorError(None, None, "keys to merge have no place here", node.start_mark)
        if twice := [key for key, times in keys.items() if times > 1]:
            raise ConstructorError(None, None, f"a key stands twice: {twice}", node.start_mark)
        return super().construct_mapping(node, deep=deep)


def load_strictly(data: bytes, most: int = MAX_BYTES) -> Any:
    """The document in the file. Raises ValueError, YAMLError, UnicodeError, OverflowError."""
    if len(data) > most:
        raise ValueError(f"the file is larger than {most} bytes")
    return yaml.load(data, Loader=_Loader)  # noqa: S506  a safe loader, in Python: one in C can be made to overflow


def disputes(memberships: Iterable[Membership]) -> Mapping[str, Fault]:
    """The reason for each dispute over a service account, by the account's address, comparable: what good files say of
    it that can't be so together.

    Neither file need be wrong by itself, so none is set aside for it: an older state of one could bring back people who
    have left. It is the account that stands for nothing meanwhile.
    """
    everybody = [(_file_of(each), member) for each in memberships for member in each.members]
    people = {mark for _, member in everybody if member.kind is AccountKind.PERSON for mark in _marks(member)}
    services = {mark for _, member in everybody if member.kind is AccountKind.SERVICE for mark in _marks(member)}
    found: dict[str, Fault] = {}
    for path, member in everybody:
        for why in _disputed(member, people, services):
            found.setdefault(same_address(member.email), Fault(path, f"{member.email} {why}"))
    return found


def _disputed(member: Member, people: set[str], services: set[str]) -> Iterator[str]:
    if member.owner is None:
        return
    if not people.isdisjoint(_marks(member)):
        yield "is a person's address or subject, and can't be a service account's as well"
    if same_address(member.owner) in services:
        yield f"is owned by {member.owner}, which is a service account itself"
    elif same_address(member.owner) not in people:
        yield f"is owned by {member.owner}, whom no file knows"


def _marks(member: Member) -> frozenset[str]:
    """The marks that tell who somebody is: no address is a subject's spelling, and none is empty."""
    subject = {f"sub {member.subject}"} if member.subject else set()
    return member.addresses | subject


def _file_of(membership: Membership) -> str:
    return PLATFORM if membership.tenant is None else f"{TENANTS}/{membership.tenant}.yaml"
