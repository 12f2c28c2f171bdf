"""A request under rules, roles, groups and clocks that change: only what is allowed is launched, and all of that is.

The oracle is the tests' own model of the rules (`tests.model.votes`), not the code that is tried.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import yaml
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain import clearance, lifecycle, rules
from domain.calendars import opens
from domain.clearance import Lapsed
from domain.coverage import Grounds
from domain.decision import DecisionAction
from domain.deployment import JobOutcome, JobResult
from domain.errors import RuleViolation
from domain.roles import Grant, Permission, Person, Requester, Role, refusal, same_address
from domain.rules import Applied, Rule
from domain.targets import FileFault, TargetFacts
from domain.ticket import Action, State
from domain.votes import Poll
from record.people.rules import parse
from tests.domain.builders import FINANCE, decision, details, pending, submission
from tests.examples import examples
from tests.model import votes as model
from tests.model.drawn import BEGINNINGS, specs
from tests.rules import rule as file_of

ADDRESSES = {
    "pierre": ("pierre.durand@cab-i.com",),
    "jean": ("jean.dupont@cab-i.com", "jean.neuf@cab-i.com"),
    "claire": ("claire.moreau@cab-i.com",),
    "ada": ("ada.admin@cab-i.com",),
    "vera": ("vera.viewer@cab-i.com",),
}
"""Everybody, with the addresses that the directory knows as one person's."""
GUISES = tuple((name, address) for name, known in ADDRESSES.items() for address in known)
ROLES: tuple[frozenset[Role], ...] = tuple(map(frozenset, ([], [Role.VIEWER], [Role.CPI], [Role.CPI_ADMIN])))
EVERYWHERE = {Role.CPI_ADMIN}
GROUPS = st.fixed_dictionaries(
    {name: st.frozensets(st.sampled_from([known for _, known in GUISES])) for name in ("security", "network")}
)
LONG = timedelta(days=1_000)


@dataclass(frozen=True)
class Files(model.Files):
    """The state of the machine, as the model reads files."""

    rules: list[dict[str, Any]]
    groups: dict[str, set[str]]
    members: list[tuple[dict[str, Any], str | None]]


class Company(RuleBasedStateMachine):
    """One request, and a gate that asks the domain alone."""

    @initialize(begins=st.sampled_from(BEGINNINGS), impact=st.sampled_from(["low", "high", "critical"]))
    def ask(self, begins: str, impact: str) -> None:
        self.now = datetime.fromisoformat(begins).replace(tzinfo=UTC)
        self.begins = datetime.fromisoformat(begins)
        self.roles: dict[str, frozenset[Role]] = dict.fromkeys(ADDRESSES, frozenset({Role.CPI}))
        self.roles |= {"ada": frozenset({Role.CPI_ADMIN}), "vera": frozenset({Role.VIEWER})}
        self.groups: dict[str, frozenset[str]] = {"security": frozenset(ADDRESSES["claire"]), "network": frozenset()}
        self.rulebook: dict[str, tuple[Rule, dict[str, Any]]] = {}
        self.requester = Requester.of(submission().requester)
        self.ticket = pending(at=self.now, request=details(impact_assessment=impact))

    # -- the company, as files would say it ------------------------------------------------------------------------

    def person(self, address: str) -> Person:
        name = next(name for name, known in ADDRESSES.items() if same_address(address) in known)
        grants = [Grant(role=each, tenant=None if each in EVERYWHERE else FINANCE) for each in self.roles[name]]
        others = tuple(each for each in ADDRESSES[name] if each != address)
        return Person(email=address, name=name, subject=f"sub-{name}", aliases=others, grants=tuple(grants))

    def may(self, person: Person) -> bool:
        return refusal(person, Permission.APPROVE, self.ticket, self.requester) is None

    @property
    def applied(self) -> Applied:
        target, impact = self.ticket.spec.target, self.ticket.spec.request.impact_assessment
        return rules.applied([read for read, _ in self.rulebook.values()], FINANCE, target, impact)

    @property
    def facts(self) -> TargetFacts:
        held = self.applied
        voters = [self.person(self.ticket.status.history[place].by) for place in self.ticket.votes]
        able = tuple(each for each in voters if self.may(each))
        poll = Poll(needs=held.approvals, voters=able, tenant=FINANCE, groups=self.groups)
        faults = (FileFault(sentence="Two rules say different things"),) if held.undecided else ()
        return TargetFacts(controlled=True, open_catalogue=True, faults=faults, rules=held, poll=poll)

    def oracle(self) -> tuple[Files, dict[str, Any], frozenset[str]]:
        """The same as the model takes it: files, the ticket, and who asked."""
        members = [
            (
                {"email": address, "aliases": ADDRESSES[name], "role": role.value},
                None if role in EVERYWHERE else FINANCE,
            )
            for name, address in GUISES
            for role in self.roles[name]
        ]
        read = [said for _, said in self.rulebook.values()]
        files = Files(read, {name: set(known) for name, known in self.groups.items()}, members)
        said = self.ticket.model_dump(mode="json", by_alias=True, exclude_none=True)
        return files, said, frozenset(ADDRESSES["pierre"])

    def lacks(self) -> bool:
        files, ticket, asker = self.oracle()
        return model.missing(files, ticket, asker, {})

    # -- what people change ----------------------------------------------------------------------------------------

    @rule(data=st.data(), name=st.sampled_from(["a", "b", "c"]))
    def a_rule_is_pushed(self, data: st.DataObject, name: str) -> None:
        ((path, text),) = file_of(name, **data.draw(specs(self.begins))).items()
        read = parse(path, text.encode())
        assert isinstance(read, Rule)
        self.rulebook[name] = read, yaml.safe_load(text)

    @precondition(lambda self: self.rulebook)
    @rule()
    def the_oldest_rule_is_gone(self) -> None:
        del self.rulebook[next(iter(self.rulebook))]

    @rule(name=st.sampled_from(sorted(ADDRESSES)), roles=st.sampled_from(ROLES))
    def a_role_changes(self, name: str, roles: frozenset[Role]) -> None:
        self.roles[name] = roles

    @rule(groups=GROUPS)
    def groups_change(self, groups: dict[str, frozenset[str]]) -> None:
        self.groups = groups

    @rule(minutes=st.sampled_from([1, 29, 240, 1_440, 10_080]))
    def time_goes_by(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    # -- what people decide ----------------------------------------------------------------------------------------

    def take(self, action: DecisionAction, by: Person) -> bool:
        """Tells whether the gate took the decision."""
        made = decision(self.ticket, action, by, at=self.now)
        try:
            lifecycle.check(self.ticket, made, self.now, self.requester, self.facts)
        except RuleViolation:
            return False
        self.ticket = lifecycle.apply(self.ticket, made, self.now)
        return True

    @precondition(lambda self: self.ticket.state is State.PENDING)
    @rule(guise=st.sampled_from(GUISES))
    def somebody_votes(self, guise: tuple[str, str]) -> None:
        """By the name that the gate gives the vote; a good one is never lost."""
        by, facts = self.person(guise[1]), self.facts
        wanted = self.may(by) and not facts.faults and (facts.poll.is_needed(by) or not facts.poll.missing())
        assert self.take(lifecycle.vote(facts, by), by) is wanted
        assert not wanted or self.ticket.last.by == by.email

    @rule(guise=st.sampled_from(GUISES), action=st.sampled_from(DecisionAction))
    def somebody_decides(self, guise: tuple[str, str], action: DecisionAction) -> None:
        """Whatever it is, and however they call it; an end would leave nothing to look at."""
        if action not in {DecisionAction.CANCEL, DecisionAction.REJECT}:
            self.take(action, self.person(guise[1]))

    @precondition(lambda self: self.ticket.votes and self.ticket.state is State.PENDING)
    @rule(data=st.data())
    def a_vote_is_taken_back(self, data: st.DataObject) -> None:
        """By whoever gave it, under any of their addresses."""
        given = self.ticket.status.history[data.draw(st.sampled_from(self.ticket.votes))].by
        by = self.person(data.draw(st.sampled_from(ADDRESSES[self.person(given).name])))
        before = len(self.ticket.votes)
        taken = self.take(DecisionAction.UNENDORSE, lifecycle.voted_as(self.ticket, by))
        assert taken is self.may(by)
        assert len(self.ticket.votes) == before - taken

    # -- the gate --------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Right before a launch: it lapses, waits, or is launched."""
        approver = self.ticket.status.approved_by
        person = None if approver is None else self.person(approver)
        grounds = Grounds(approved=1, approver=person, tenant_exists=True, target=self.facts, valid_for=LONG)
        said = clearance.verdict(self.ticket, grounds, self.requester, self.now)
        if isinstance(said, Lapsed):
            self.ticket = lifecycle.lapse(self.ticket, said.reason, self.now + LONG, self.now)
        elif not self.facts.faults and not rules.closed(self.applied, self.now) and clearance.launchable(self.ticket):
            self.launch()

    def launch(self) -> None:
        """Nothing is launched that the rules of this moment do not allow."""
        files, ticket, asker = self.oracle()
        assert not model.undecided(files, ticket)
        assert not model.missing(files, ticket, asker, {})
        assert not model.shut(files, ticket, self.now, self.now)
        self.ticket = lifecycle.start(self.ticket, 1, self.now)

    @precondition(lambda self: clearance.launchable(self.ticket))
    @rule()
    def a_promotion_looks(self) -> None:
        self.look()

    @precondition(lambda self: self.ticket.last.action is Action.DEPLOYING)
    @rule()
    def a_job_fails(self) -> None:
        failed = JobResult(job=1, outcome=JobOutcome.FAILED, error="fatal: unreachable")
        self.ticket = lifecycle.conclude(self.ticket, failed, self.now)

    @precondition(lambda self: self.ticket.state is State.PENDING)
    @rule(guises=st.permutations(GUISES))
    def everybody_votes(self, guises: list[tuple[str, str]]) -> None:
        """Whatever the order: where all who may approve are enough, it is approved, and launched once it is open."""
        for _, address in guises:
            by = self.person(address)
            if self.ticket.state is State.PENDING:
                self.take(lifecycle.vote(self.facts, by), by)
        files, ticket, _ = self.oracle()
        if model.undecided(files, ticket):
            assert self.ticket.state is State.PENDING
            return
        assert (self.ticket.state is State.APPROVED) is not self.lacks()
        held = self.applied
        at = opens([freeze for _, freeze in held.freezes], held.windows, self.now)
        if self.ticket.state is not State.APPROVED or at is None:
            return
        assert at == self.now or model.shut(files, ticket, self.now, at - timedelta(seconds=1))
        self.now = at
        self.look()
        assert self.ticket.last.action is Action.DEPLOYING

    @invariant()
    def nothing_goes_on_where_rules_decide_nothing(self) -> None:
        files, ticket, _ = self.oracle()
        assert bool(self.facts.faults) is model.undecided(files, ticket)

    @invariant()
    def the_checklist_says_what_is_missing(self) -> None:
        files, ticket, _ = self.oracle()
        assert model.undecided(files, ticket) or bool(self.facts.poll.missing()) is self.lacks()


TestCompany = Company.TestCase
TestCompany.settings = settings(max_examples=examples(200), stateful_step_count=25, deadline=None)
