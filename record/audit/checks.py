"""The checks of the audit: each is a function from one step of one ticket to the violations it sees."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pygit2

from domain import lifecycle, roles, submissions, targets, votes
from domain.contract import ContractDifference
from domain.decision import DecisionAction
from domain.errors import FaultyFile, IdentityChanged, NotAuthorized, RuleViolation, SelfApproval, Unproven
from domain.evidence import Evidence
from domain.roles import Permission, Requester, same_address
from domain.signing import Claims, ServiceClaims
from domain.standard import Sealed
from domain.targets import TargetFacts
from domain.ticket import SYSTEM, Action, HistoryEntry, Impact, PromotionRequest
from domain.votes import Poll
from record.audit.seen import Seen
from record.audit.turns import TargetSoFar
from record.facts.identities import ActsSoFar, proven_sign_in
from record.facts.passkeys import PasskeyBook
from record.git.message import SERVICE_EMAIL, newer, plain, trailer
from record.people.directory import Directory

_DECIDED = {
    action: decision for decision, action in lifecycle.RECORDED_AS.items() if decision is not DecisionAction.EMERGENCY
}
"""The decisions by the actions that record them; an emergency is an approval."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A commit that broke a rule; `ticket` is the id, or the path of a file that is no ticket."""

    commit: str
    ticket: str
    rule: str
    sentence: str


@dataclass(frozen=True, slots=True)
class RecordAsOf:
    """The record's word on the ticket's target, and on people and rules, at an earlier time."""

    directory: Directory
    target: TargetFacts


@dataclass(frozen=True, slots=True)
class Step:
    """One commit's change of one ticket: `before` (None: there was none that loads) became `now`.

    `signed` is what the commit's signature states, or why it states nothing, by the keys that the line had before: one
    that came with it, or later, blesses nothing. `evidence` is what it says of test evidence, likewise, and `contract`
    of contracts. `difference` is how that signature differs from the act; `signs_service` tells that the service signs
    its acts, too. `requester` is who asked, as they were known then.
    `target` is what the record said of the ticket's target then, `others` the target's requests before this commit.
    `seen` has what earlier commits had: signed messages, the line's commits; `acts` tell who acted by which sign-in.
    """

    commit: pygit2.Commit
    path: str
    mode: str
    before: PromotionRequest | None
    now: PromotionRequest
    directory: Directory
    signed: Claims | ServiceClaims | Unproven | None
    evidence: Evidence | Unproven | None
    contract: ContractDifference | Unproven | None
    difference: str | None
    signs_service: bool
    requester: Requester
    seen: Seen
    target: TargetFacts
    acts: ActsSoFar
    others: TargetSoFar
    passkeys: PasskeyBook
    """Those that counted right before."""
    sealed: Sealed
    """The worker's word on the submission."""
    decide_by: datetime
    """Until when somebody had to decide, long ago where that is neither signed nor recorded."""
    earlier: Callable[[], Iterable[RecordAsOf]]
    """The record's word in every state since some minutes before the act: whoever looked may have read any of them."""
    lately: Callable[[], Iterable[RecordAsOf]]
    """The same since some minutes before the line's last commit, whenever the act says it was, the newest first."""

    @property
    def last(self) -> HistoryEntry:
        return self.now.last

    def always(self, broken: Callable[[RecordAsOf], object]) -> bool:
        """Tells whether a rule is broken by every state of the files that whoever acted may have read."""
        now = RecordAsOf(self.directory, self.target)
        return bool(broken(now)) and all(map(broken, self.earlier()))

    def violation(self, rule: str, sentence: str) -> Violation:
        return Violation(str(self.commit.id), self.now.id, rule, sentence)


Check = Callable[[Step], Iterable[Violation]]


def check_trailers(step: Step) -> Iterator[Violation]:
    """The service committed it, and its trailers and author say what the file says."""
    refused = newer(step.commit)
    if refused:
        yield step.violation("newer-format", str(refused))
    said = {name: trailer(step.commit, name) for name in ("Request-Id", "Action", "Tenant", "Actor")}
    if plain(step.commit.committer.raw_email) != SERVICE_EMAIL or not (refused or all(said.values())):
        yield step.violation("not-the-service", "the commit changes a ticket without the service's trailers")
        return
    last = step.last
    meant = (step.now.id, last.action, step.now.metadata.tenant, last.by)
    if not refused and tuple(said.values()) != meant:
        yield step.violation(
            "false-trailers", f"the commit says {'; '.join(said.values())}, the file {'; '.join(meant)}"
        )
    author, meant_author = plain(step.commit.author.raw_email), SERVICE_EMAIL if last.by == SYSTEM else last.by
    if same_address(author) != same_address(meant_author):
        yield step.violation("false-author", f"the author is {author}, but {meant_author} acted")


def check_history(step: Step) -> Iterator[Violation]:
    """One legal entry was added, and nothing else changed."""
    before = step.before.status.history if step.before else ()
    now = step.now.status.history
    if len(now) < len(before):
        yield step.violation("history-shortened", f"{len(before)} entries became {len(now)}")
    elif now[: len(before)] != before:
        yield step.violation("history-rewritten", "entries that were there are not the same any more")
    elif len(now) != len(before) + 1:
        yield step.violation("not-one-transition", f"the commit adds {len(now) - len(before)} entries, not one")
    if step.before and step.before.digest != step.now.digest:
        yield step.violation("request-altered", "what is asked for is not what it was before")


def check_people(step: Step) -> Iterator[Violation]:
    """Checks that whoever acted had the right to, under the tenants' files as of this commit.

    Of who voted for somebody else, `check_behalf` does.
    """
    last = step.last
    by_person = last.by_person
    if by_person is (last.by == SYSTEM):
        yield step.violation("wrong-actor", f"{last.by} can't be who {last.action} a request")
    elif by_person and last.on_behalf_of is None and (refused := _refusal(step)):
        rule = "self-approval" if isinstance(refused, SelfApproval) else "no-role"
        yield step.violation(rule, f"{last.by} {last.action} it: {refused}")


def _refusal(step: Step) -> RuleViolation | None:
    proven = step.signed.sub if isinstance(step.signed, Claims) else None
    person = step.directory.person(step.last.by, proven)
    tenant = step.now.metadata.tenant
    if person is None:
        return NotAuthorized("nobody of that name as of this commit")
    if step.last.action is Action.CREATED:
        known = tenant in step.directory.tenants
        return None if known and roles.holds(person, Permission.CREATE, tenant) else NotAuthorized()
    return step.directory.refusal(person, _DECIDED[step.last.action].permission, step.now, step.requester)


def check_submission(step: Step) -> Iterator[Violation]:
    """A ticket is created by its requester, with its mandatory checks passed."""
    if step.before is not None:
        return
    checks, first = step.now.spec.pre_checks, step.now.status.history[0]
    if not (checks.staging_tests_passed and checks.security_scan_passed):
        yield step.violation("checks-not-passed", "staging tests and security scan had not both passed")
    if same_address(first.by) != same_address(step.now.metadata.created_by):
        yield step.violation("wrong-actor", f"{first.by} created it in the name of {step.now.metadata.created_by}")


def check_target(step: Step) -> Iterator[Violation]:
    """The target was the tenant's, and no file in its reach was faulty, when somebody let it go on or launched it."""
    if not step.target.controlled or not _lets_go_on(step.last):
        return
    ticket = step.now
    unowned = step.target.entry is None and step.target.open_catalogue and not step.target.faults
    if step.last.action is Action.APPROVED and unowned:
        return  # of two tenants' first approvals at once, one owns the target; the other one launches nothing
    asked = (ticket.metadata.tenant, ticket.spec.target)
    if not step.always(lambda record: targets.objection(record.target, *asked)):
        return
    refused = targets.objection(step.target, *asked)
    if isinstance(refused, FaultyFile):
        yield step.violation("fault-ignored", f"it was {step.last.action} though {refused}")
    else:
        yield step.violation("foreign-target", f"it was {step.last.action} though {refused}")


def _lets_go_on(entry: HistoryEntry) -> bool:
    launched = entry.action is Action.DEPLOYING and entry.job_id is not None
    return launched or entry.action in {Action.CREATED, Action.ENDORSED, Action.APPROVED, Action.RETRIED}


def _signed_votes(step: Step, poll: Poll) -> Poll:
    """The votes with the sign-ins that the acts prove, this one's too; without those of whoever was the requester."""
    now = step.signed if isinstance(step.signed, Claims) else None

    def subject_of(email: str) -> str | None:
        if now is not None and same_address(now.email) == same_address(email):
            return now.sub
        return step.acts.subject_of(step.directory, email)

    known = poll.known_by(subject_of)
    others = tuple(each for each in known.voters if not each.was(step.requester))
    return known.model_copy(update={"voters": others})


def check_votes(step: Step) -> Iterator[Violation]:
    """Everybody whom the rules ask for had approved it, when it was approved and when it was launched."""
    last = step.last
    if last.action is Action.UNENDORSED:
        cast = [step.before.status.history[place] for place in step.before.votes] if step.before else []
        if (last.by, last.on_behalf_of) not in {(each.by, each.on_behalf_of) for each in cast}:
            yield step.violation("no-such-vote", f"{last.by} took back a vote that nobody gave")
        return
    launched = last.action is Action.DEPLOYING and last.job_id is not None
    if not step.target.controlled or not (launched or last.action is Action.APPROVED):
        return
    if step.now.rule_approval is not None or step.now.emergency is not None:
        return  # `check_standard` judges what a rule approved, `check_declared` what one person did
    if step.always(lambda record: _signed_votes(step, record.target.poll).missing()):
        lacking = votes.told(_signed_votes(step, step.target.poll).missing())
        yield step.violation("votes-missing", f"it was {last.action} though {lacking} had not approved it")


def check_bounds(step: Step) -> Iterator[Violation]:
    """Checks that the request kept within its bounds."""
    if step.before is not None or not step.target.controlled:
        return
    ticket, request = step.now, step.now.spec.request

    def bounds(record: RecordAsOf) -> tuple[RuleViolation, ...]:
        return submissions.bounds(ticket.spec.target, record.target, record.directory.rules.moving_versions)

    if step.always(bounds):
        now = RecordAsOf(step.directory, step.target)
        yield from (step.violation("out-of-bounds", str(each)) for each in bounds(now))
    scheduled = request.scheduled_date
    if scheduled is not None and scheduled - ticket.metadata.created_at > submissions.FURTHEST:
        yield step.violation("out-of-bounds", "the agreed date is more than a year ahead")
    if step.always(lambda record: _too_low(request.impact_assessment, _minimum(record.target))):
        yield step.violation("impact-too-low", f"the catalogue asks for {_minimum(step.target)} at least")


def _minimum(target: TargetFacts) -> Impact | None:
    return target.entry.minimum_impact if target.entry else None


def _too_low(impact: Impact, minimum: Impact | None) -> bool:
    return targets.at_least(impact, minimum) is not impact


def check_identity(step: Step) -> Iterator[Violation]:
    """Whoever acted did so by the sign-in that their entry names, or else that of their first act."""
    address = same_address(plain(step.commit.author.raw_email))
    sign_in = None if isinstance(step.signed, ServiceClaims) else proven_sign_in(step.signed, address)
    if sign_in is None:
        return
    try:
        step.acts.check(step.directory, address, sign_in)
    except IdentityChanged:
        if step.target.controlled:
            issuer = f" of {sign_in.issuer}" if sign_in.issuer else ""
            yield step.violation(
                "subject-changed", f"{address} acted as subject {sign_in.subject}{issuer}, not as before"
            )
    step.acts.note(str(step.commit.id), address, sign_in)


CHECKS: tuple[Check, ...] = (
    check_trailers,
    check_history,
    check_people,
    check_submission,
    check_target,
    check_votes,
    check_bounds,
    check_identity,
)
