"""The parts of the API's answers that commands read; what a later API adds is passed over."""

from typing import Annotated

from pydantic import AfterValidator, AliasGenerator, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


def plain(text: str) -> str:
    """The text without what a terminal obeys: control characters, and those that turn the direction of writing."""
    return "".join("\ufffd" if _obeyed(each) else each for each in text.replace("\r\n", "\n").replace("\t", "    "))


def _obeyed(character: str) -> bool:
    code = ord(character)
    control = (code < 0x20 and character != "\n") or 0x7F <= code <= 0x9F
    return control or 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069 or code in (0x200E, 0x200F, 0x2028, 0x2029)


Text = Annotated[str, AfterValidator(plain)]
Line = Annotated[str, AfterValidator(lambda text: plain(text).replace("\n", " "))]


class ReadAnswer(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=AliasGenerator(validation_alias=to_camel))


class TargetShown(ReadAnswer):
    type: Line
    name: Line
    version: Line

    def __str__(self) -> str:
        return f"{self.type} {self.name} {self.version}"


class DetailsShown(ReadAnswer):
    justification: Text
    release_notes: Text
    impact_assessment: Line
    rollback_plan: Text
    scheduled_date: Line | None = None


class ChecksShown(ReadAnswer):
    staging_tests_passed: bool
    security_scan_passed: bool
    performance_tests_passed: bool
    test_evidence_url: Line


class MetadataShown(ReadAnswer):
    id: Line
    created_at: Line
    created_by: Line
    tenant: Line


class SpecShown(ReadAnswer):
    target: TargetShown
    request: DetailsShown
    pre_checks: ChecksShown


class EntryShown(ReadAnswer):
    action: Line
    at: Line
    by: Line
    comment: Text | None = None
    reason: Text | None = None
    error: Text | None = None
    superseded_by: Line | None = None
    on_behalf_of: Line | None = None


class StatusShown(ReadAnswer):
    state: Line
    history: tuple[EntryShown, ...]


class TicketShown(ReadAnswer):
    """One request."""

    metadata: MetadataShown
    spec: SpecShown
    status: StatusShown

    @property
    def id(self) -> str:
        return self.metadata.id


class OtherShown(ReadAnswer):
    id: Line
    version: Line
    state: Line


class ComparisonShown(ReadAnswer):
    """The version that a request replaces, and the other open ones of its target."""

    ticket_id: Line
    replaces: Line | None
    direction: Line
    others: tuple[OtherShown, ...]


class RightShown(ReadAnswer):
    allowed: bool
    why: Line | None = None


NOT_OFFERED = RightShown(allowed=False)
"""The right to what an earlier API doesn't know."""


class NeededShown(ReadAnswer):
    """A place of an approval, for so many of a role or of a group."""

    role: Line | None
    group: Line | None
    count: int

    def __str__(self) -> str:
        return f"{self.count} of {self.group or self.role}"


class VoteShown(ReadAnswer):
    by: Line


class VotesShown(ReadAnswer):
    """The votes that an approval takes, those that are there, and those that nobody is left to give."""

    needs: tuple[NeededShown, ...]
    given: tuple[VoteShown, ...]
    missing: tuple[NeededShown, ...]
    unfillable: tuple[NeededShown, ...]


class DeclaredShown(ReadAnswer):
    """The emergency in which a request was launched, and its answer."""

    by: Line
    answer_by: Line
    owed: bool
    overdue: bool
    answer: Line | None
    answered_by: Line | None


class AskedShown(ReadAnswer):
    """Those whom a rule asks at a time while nobody decides, and when it has."""

    role: Line | None
    group: Line | None
    at: Line
    asked: Line | None

    def __str__(self) -> str:
        return f"{self.group or self.role} {f'asked {self.asked}' if self.asked else f'from {self.at} on'}"


class RightsShown(ReadAnswer):
    """The caller's rights on a request, and what decides on them."""

    approve: RightShown
    reject: RightShown
    cancel: RightShown
    retry: RightShown
    hold: RightShown
    release: RightShown
    unendorse: RightShown = NOT_OFFERED
    emergency: RightShown = NOT_OFFERED
    ratify: RightShown = NOT_OFFERED
    refute: RightShown = NOT_OFFERED
    votes: VotesShown | None = None
    declared: DeclaredShown | None = None
    escalation: tuple[AskedShown, ...] = ()


class ClosedShown(ReadAnswer):
    """The freeze, or the time outside of change windows, in which nothing is launched."""

    rule: Line
    reason: Text | None
    until: Line | None


class LineShown(ReadAnswer):
    """The reasons why a request is not launched now."""

    closed: ClosedShown | None = None


class VoteCountShown(ReadAnswer):
    needed: int
    missing: int


class RuledShown(ReadAnswer):
    """The part of a request that the company's rules decide."""

    ticket_id: Line
    closed: ClosedShown | None
    votes: VoteCountShown | None


class DebtShown(ReadAnswer):
    """An emergency for which somebody has to answer."""

    ticket_id: Line
    tenant: Line
    target: TargetShown
    state: Line
    declared_by: Line
    answer_by: Line
    overdue: bool
    may_answer: bool


class DeciderShown(ReadAnswer):
    name: Line
    email: Line


class VoterShown(DeciderShown):
    """Somebody who could vote, and whose vote they would give, where it was handed to them."""

    on_behalf_of: DeciderShown | None = None

    def __str__(self) -> str:
        behalf = f" for {self.on_behalf_of.name}" if self.on_behalf_of else ""
        return f"{self.name} <{self.email}>{behalf}"


class DelegationShown(ReadAnswer):
    """A vote that was handed over."""

    id: Line
    giver: DeciderShown
    to: DeciderShown
    since: Line
    until: Line
    tenants: tuple[Line, ...] | None
    state: Line
    counts: bool
    withdrawn_by: Line | None


class CheckedShown(ReadAnswer):
    """The outcome of a try."""

    approvers: tuple[VoterShown, ...]
    impact: Line
    direction: Line


class GrantShown(ReadAnswer):
    permission: Line
    everywhere: bool
    tenants: tuple[Line, ...]


class MeShown(ReadAnswer):
    """The caller."""

    email: Line
    name: Line
    rights: tuple[GrantShown, ...]


class SignInShown(ReadAnswer):
    """The settings of `GET /v1/console` by which somebody signs in."""

    issuer: str
    client_id: str
    scope: str


class ChangeShown(ReadAnswer):
    """One event of the live stream."""

    id: Line
    state: Line
    action: Line
    at: Line
    by: Line


class FieldShown(ReadAnswer):
    field: Line
    detail: Line


class ProblemShown(ReadAnswer):
    """RFC 9457 problem details."""

    type: Line = "about:blank"
    title: Line = ""
    detail: Text = ""
    errors: tuple[FieldShown, ...] = ()


class DecidedShown(ReadAnswer):
    """The outcome of one of several decisions: the request, or the problem that refused it."""

    id: Line
    status: int
    ticket: TicketShown | None = None
    problem: ProblemShown | None = None
