"""A walk through everything that can happen to a ticket, in any order, by anybody: the invariants hold at each step."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain import lifecycle, line
from domain.decision import Decision, DecisionAction
from domain.deployment import Deployment, JobOutcome, JobResult
from domain.errors import RuleViolation
from domain.roles import Grant, Person, Requester, Role
from domain.ticket import Action, PromotionRequest, State
from tests.domain.builders import FINANCE, NOW, RETAIL, decide, decision, details, submission
from tests.examples import examples

DAY = timedelta(days=1)
PEOPLE = ("pierre", "jean", "ada", "vera")
GRANTS = {
    "pierre": (Grant(role=Role.DEVOPS, tenant=FINANCE),),
    "jean": (Grant(role=Role.CPI, tenant=FINANCE), Grant(role=Role.VIEWER, tenant=RETAIL)),
    "ada": (Grant(role=Role.CPI_ADMIN),),
    "vera": (Grant(role=Role.VIEWER, tenant=FINANCE), Grant(role=Role.CPI, tenant=RETAIL)),
}
APPROVERS, CREATORS = {"jean", "ada"}, {"pierre", "jean", "ada"}
"""The people who may approve in tenant-finance, and those who may ask there."""


def guises(name: str) -> list[Person]:
    """One human, as a token and the directory may show them: two spellings, a changed address, an alias."""
    usual, changed = f"{name}@cab-i.com", f"{name}.new@cab-i.com"
    return [
        Person(email=usual, name=name, subject=name, grants=GRANTS[name]),
        Person(email=usual.upper(), name=name, grants=GRANTS[name]),
        Person(email=changed, name=name, subject=name, grants=GRANTS[name]),
        Person(email=changed, name=name, aliases=(usual,), grants=GRANTS[name]),
    ]


def human(address: str) -> str:
    """The human whose address this is."""
    return address.lower().partition("@")[0].removesuffix(".new")


HUMANS = st.sampled_from(PEOPLE)
GUISES = HUMANS.flatmap(lambda name: st.sampled_from(guises(name)))


class Life(RuleBasedStateMachine):
    """One ticket; `self.now` moves on, and sometimes back a little, as clocks of several machines do."""

    ticket: PromotionRequest
    requester: Person
    now: datetime

    @initialize(name=st.sampled_from(sorted(CREATORS)), days=st.none() | st.integers(1, 3))
    def create(self, name: str, days: int | None) -> None:
        self.now, self.requester = NOW, guises(name)[0]
        date = None if days is None else NOW + timedelta(days=days)
        self.ticket = lifecycle.create(submission(requester=self.requester, request=details(scheduled_date=date)))
        self.digest = self.ticket.digest
        self.before = self.ticket

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(seconds=st.integers(1, 5))
    def clock_goes_back(self, seconds: int) -> None:
        self.now -= timedelta(seconds=seconds)

    def take(self, made: Decision) -> None:
        """Take the decision, or find it refused; `check` must have said the same."""
        try:
            lifecycle.check(self.ticket, made, self.now, Requester.of(self.requester))
        except RuleViolation as refusal:
            self.refused_alike(made, type(refusal))
        else:
            self.become(decide(self.ticket, made, self.now, Requester.of(self.requester)))

    def refused_alike(self, made: Decision, violation: type[RuleViolation]) -> None:
        with pytest.raises(violation):
            decide(self.ticket, made, self.now, Requester.of(self.requester))

    def become(self, ticket: PromotionRequest) -> None:
        self.before, self.ticket = self.ticket, ticket

    @rule(by=GUISES, action=st.sampled_from(DecisionAction))
    def decide(self, by: Person, action: DecisionAction) -> None:
        self.take(decision(self.ticket, action, by))

    @rule(by=GUISES, action=st.sampled_from(DecisionAction), stale=st.sampled_from(["digest", "ticket_id"]))
    def decide_on_something_else(self, by: Person, action: DecisionAction, stale: str) -> None:
        other = {"digest": "0" * 64, "ticket_id": "PR-2026-0002"}[stale]
        held = self.ticket
        self.take(decision(self.ticket, action, by, **{stale: other}))
        assert self.ticket is held

    @precondition(lambda self: self.ticket.state is State.PENDING)
    @rule()
    def approve_by_whoever_may(self) -> None:
        approver = next(name for name in ("jean", "ada") if name != human(self.requester.email))
        self.take(decision(self.ticket, DecisionAction.APPROVE, guises(approver)[0]))
        assert self.ticket.state is State.APPROVED

    @precondition(lambda self: self.ticket.state is State.FAILED)
    @rule(by=st.sampled_from(["requester", "jean", "ada"]))
    def retry_by_whoever_may(self, by: str) -> None:
        person = self.requester if by == "requester" else guises(by)[0]
        self.take(decision(self.ticket, DecisionAction.RETRY, person))
        assert self.ticket.state is State.DEPLOYING

    @precondition(lambda self: not lifecycle.waits_for_date(self.ticket, self.now))
    @rule(job=st.none() | st.integers(1, 9_999))
    def start(self, job: int | None) -> None:
        self.system(lambda: lifecycle.start(self.ticket, job, self.now))

    @rule(outcome=st.sampled_from(JobOutcome), job=st.integers(1, 9_999))
    def conclude(self, outcome: JobOutcome, job: int) -> None:
        error = None if outcome is JobOutcome.SUCCEEDED else "fatal: unreachable"
        result = JobResult(job=job, outcome=outcome, error=error)
        self.system(lambda: lifecycle.conclude(self.ticket, result, self.now))

    @rule()
    def expire(self) -> None:
        self.system(lambda: lifecycle.expire(self.ticket, self.now))

    @rule(newer=st.just("PR-2026-0002"))
    def supersede(self, newer: str) -> None:
        self.system(lambda: lifecycle.supersede(self.ticket, newer, self.now))

    @precondition(lambda self: line.becomes_due(self.ticket) and not lifecycle.waits_for_date(self.ticket, self.now))
    @rule()
    def become_due(self) -> None:
        self.system(lambda: lifecycle.become_due(self.ticket, self.now))
        assert line.entered(self.ticket) == len(self.ticket.status.history) - 1

    @rule(days=st.integers(1, 9))
    def lapse(self, days: int) -> None:
        self.system(
            lambda: lifecycle.lapse(self.ticket, "nobody who approved is left", self.now + days * DAY, self.now)
        )

    def system(self, step: Callable[[], PromotionRequest]) -> None:
        """Lets the product act by itself; where the lifecycle has no such step, nothing has changed."""
        held = self.ticket
        try:
            self.become(step())
        except RuleViolation:
            assert self.ticket is held

    @property
    def actions(self) -> list[Action]:
        return [entry.action for entry in self.ticket.status.history]

    @invariant()
    def status_is_what_the_history_amounts_to(self) -> None:
        assert lifecycle.status_of(self.ticket.status.history) == self.ticket.status

    @invariant()
    def history_only_grows(self) -> None:
        held = self.before.status.history
        assert self.ticket.status.history[: len(held)] == held
        assert len(self.ticket.status.history) - len(held) in (0, 1)

    @invariant()
    def time_never_goes_back(self) -> None:
        times = [entry.at for entry in self.ticket.status.history]
        assert times == sorted(times)

    @invariant()
    def it_is_approved_once_a_lapse(self) -> None:
        decided = sum(action in (Action.APPROVED, Action.REJECTED) for action in self.actions)
        assert decided <= 1 + self.actions.count(Action.LAPSED)

    @invariant()
    def nobody_holds_what_goes_on(self) -> None:
        after = {Action.RELEASED, Action.CANCELLED, Action.LAPSED, Action.SUPERSEDED}
        assert all(two in after for one, two in pairwise(self.actions) if one is Action.HELD)

    @invariant()
    def who_stands_in_line_may_deploy_next_or_deploys(self) -> None:
        stands = line.entered(self.ticket) is not None
        assert not stands or self.ticket.state in (State.APPROVED, State.DEPLOYING)
        assert stands or self.ticket.state is not State.DEPLOYING
        assert not (stands and self.ticket.hold)

    @invariant()
    def what_is_decided_on_never_changes(self) -> None:
        assert self.ticket.digest == self.digest
        assert (self.ticket.metadata, self.ticket.spec) == (self.before.metadata, self.before.spec)

    @invariant()
    def nothing_deploys_without_an_approval_by_another_person(self) -> None:
        begun = self.ticket.state in (State.DEPLOYING, State.DEPLOYED, State.FAILED)
        approvals = [entry.by for entry in self.ticket.status.history if entry.action is Action.APPROVED]
        assert approvals or not begun
        for address in approvals:
            assert human(address) in APPROVERS - {human(self.requester.email)}
        assert self.ticket.status.approved_by == (approvals[-1] if self.covered else None)

    @property
    def covered(self) -> bool:
        """The last approval has not lapsed."""
        last = [action for action in self.actions if action in (Action.APPROVED, Action.LAPSED)]
        return last[-1:] == [Action.APPROVED]

    @invariant()
    def who_did_what_had_the_right(self) -> None:
        requester = human(self.requester.email)
        allowed = {Action.REJECTED: {"jean", "ada"}, Action.CANCELLED: {"ada", requester}}
        allowed |= dict.fromkeys((Action.HELD, Action.RELEASED), APPROVERS - {requester})
        allowed[Action.RETRIED] = {"jean", "ada", requester}
        for entry in self.ticket.status.history:
            assert human(entry.by) in allowed.get(entry.action, {human(entry.by)})

    @invariant()
    def a_deployment_is_made_of_approved_tickets_only(self) -> None:
        if self.covered:
            assert Deployment.of(self.ticket).approver == self.ticket.status.approved_by

    @invariant()
    def an_end_is_an_end(self) -> None:
        if self.before.state in lifecycle.CLOSED:
            assert self.ticket is self.before


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=examples(150), stateful_step_count=30, deadline=None)
