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

from domain import clearance, delegations, lifecycle, rules
from domain.calendars import opens
from domain.clearance import Lapsed
from domain.coverage import Grounds
from domain.decision import DecisionAction
from domain.delegations import HandedVote
from domain.deployment import JobOutcome, JobResult
from domain.errors import RuleViolation
from domain.roles import Grant, Permission, Person, Requester, Role, refusal, same_address
from domain.rules import Applied, Rule
from domain.targets import FileFault, TargetFacts
from domain.ticket import Action, State
from domain.votes import Poll
from record.people.delegations import text_of
from record.people.rules import parse
from tests.delegating import delegation
from tests.domain.builders import FINANCE, RETAIL, decision, details, pending, person
from tests.examples import examples
from tests.model import votes as model
from tests.model.drawn import BEGINNINGS, specs
from tests.model.files import Files as RecordFiles
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
ROBOT = person("robot@cab-i.com", Role.DEVOPS)
"""A service account that may have asked, for whoever owns it."""
HANDED = (
    ("jean", "vera"),
    ("claire", "vera"),
    ("ada", "vera"),
    ("jean", "claire"),
    ("claire", "jean"),
    ("vera", "ada"),
)
"""Votes that were handed over for a week when somebody asks: two for one delegate, circles, and one that nobody has."""
VOTING = (DecisionAction.ENDORSE, DecisionAction.APPROVE, DecisionAction.UNENDORSE)
ROLES: tuple[frozenset[Role], ...] = tuple(map(frozenset, ([], [Role.VIEWER], [Role.CPI], [Role.CPI_ADMIN])))
EVERYWHERE = {Role.CPI_ADMIN}
GROUPS = st.fixed_dictionaries(
    {name: st.frozensets(st.sampled_from([known for _, known in GUISES])) for name in ("security", "network")}
)
LONG = timedelta(days=1_000)


@dataclass(frozen=True)
class Files(RecordFiles):
    """The state of the machine, as the model reads files."""

    rules: list[dict[str, Any]]
    groups: dict[str, set[str]]
    members: list[tuple[dict[str, Any], str | None]]
    delegations: list[dict[str, Any]]


class Company(RuleBasedStateMachine):
    """One request, and a gate that asks the domain alone."""

    @initialize(
        begins=st.sampled_from(BEGINNINGS),
        impact=st.sampled_from(["low", "high", "critical"]),
        owner=st.sampled_from([None, None, "jean", "claire", "vera"]),
        handed=st.lists(st.sampled_from(HANDED), unique=True, max_size=4),
    )
    def ask(self, begins: str, impact: str, owner: str | None, handed: list[tuple[str, str]]) -> None:
        self.owner = owner
        self.now = datetime.fromisoformat(begins).replace(tzinfo=UTC)
        self.begins = datetime.fromisoformat(begins)
        self.roles: dict[str, frozenset[Role]] = dict.fromkeys(ADDRESSES, frozenset({Role.CPI}))
        self.roles |= {"ada": frozenset({Role.CPI_ADMIN}), "vera": frozenset({Role.VIEWER})}
        self.groups: dict[str, frozenset[str]] = {"security": frozenset(ADDRESSES["claire"]), "network": frozenset()}
        self.rulebook: dict[str, tuple[Rule, dict[str, Any]]] = {}
        self.given = [delegation(ADDRESSES[giver][0], ADDRESSES[to][0], self.now) for giver, to in handed]
        owning = None if owner is None else self.person(ADDRESSES[owner][0])
        asker = self.person(*ADDRESSES["pierre"])
        asker = asker if owning is None else ROBOT.model_copy(update={"owner": owning.email})
        self.requester = Requester.of(asker, owning)
        self.ticket = pending(at=self.now, request=details(impact_assessment=impact), requester=asker)

    # -- the company, as files would say it ------------------------------------------------------------------------

    def person(self, address: str) -> Person:
        name = next(name for name, known in ADDRESSES.items() if same_address(address) in known)
        grants = [Grant(role=each, tenant=None if each in EVERYWHERE else FINANCE) for each in self.roles[name]]
        others = tuple(each for each in ADDRESSES[name] if each != address)
        others += (ROBOT.email,) if name == self.owner else ()
        return Person(email=address, name=name, subject=f"sub-{name}", aliases=others, grants=tuple(grants))

    def may(self, person: Person) -> bool:
        return refusal(person, Permission.APPROVE, self.ticket, self.requester) is None

    @property
    def applied(self) -> Applied:
        target, impact = self.ticket.spec.target, self.ticket.spec.request.impact_assessment
        return rules.applied([read for read, _ in self.rulebook.values()], FINANCE, target, impact)

    @property
    def handed(self) -> tuple[HandedVote, ...]:
        found = (
            delegations.resolved(each, self.known(each.giver), self.known(each.to), FINANCE) for each in self.given
        )
        return tuple(each for each in found if each)

    def known(self, address: str) -> Person | None:
        """Whoever holds no role, no file names."""
        found = self.person(address)
        return found if found.grants else None

    def acting(self, by: str, giver: str | None, at: datetime) -> Person | None:
        """By whose rights they vote; None where nothing hands them the giver's."""
        voter = self.person(by)
        return voter if giver is None else delegations.stand_in(self.handed, voter, giver, at)

    def voted(self, by: str, giver: str | None, at: datetime) -> Person | None:
        """By whose rights they voted."""
        voter = self.person(by)
        return voter if giver is None else delegations.stood_in(self.handed, voter, giver, at)

    @property
    def facts(self) -> TargetFacts:
        held = self.applied
        cast = [self.ticket.status.history[place] for place in self.ticket.votes]
        voters = [self.voted(each.by, each.on_behalf_of, each.at) for each in cast]
        able = tuple(each for each in voters if each and self.may(each))
        poll = Poll(needs=held.approvals, voters=able, tenant=FINANCE, groups=self.groups)
        faults = (FileFault(sentence="Two rules say different things"),) if held.undecided else ()
        return TargetFacts(
            controlled=True, open_catalogue=True, faults=faults, rules=held, poll=poll, handed=self.handed
        )

    def oracle(self) -> tuple[Files, dict[str, Any], frozenset[str]]:
        """The same as the model takes it: files, the ticket, and who asked."""
        members: list[tuple[dict[str, Any], str | None]] = [
            (
                {"email": address, "aliases": ADDRESSES[name], "role": role.value},
                None if role in EVERYWHERE else FINANCE,
            )
            for name, address in GUISES
            for role in self.roles[name]
        ]
        read = [said for _, said in self.rulebook.values()]
        if self.owner is not None:
            service = {"email": ROBOT.email, "owner": ADDRESSES[self.owner][0], "role": "devops"}
            members.append((service, FINANCE))
        handed = [yaml.safe_load(text_of(each)) for each in self.given]
        files = Files(read, {name: set(known) for name, known in self.groups.items()}, members, handed)
        said = self.ticket.model_dump(mode="json", by_alias=True, exclude_none=True)
        return files, said, files.aliases(frozenset([self.ticket.metadata.created_by]))

    def lacks(self, by: str | None = None, giver: str | None = None) -> bool:
        """Tells whether votes are missing; with one more, or one that its voter gives for somebody else than before."""
        files, ticket, asker = self.oracle()
        if by is not None:
            ticket["status"]["history"].append(self.entry(by, giver, self.now))
        return model.missing(files, ticket, asker, {})

    def entry(self, by: str, giver: str | None, at: datetime) -> dict[str, Any]:
        return {"action": "approved", "by": by, "at": at.isoformat()} | ({"onBehalfOf": giver} if giver else {})

    def refused(self, by: str, giver: str | None, at: datetime) -> bool:
        files, ticket, asker = self.oracle()
        return model.refused(files, self.entry(by, giver, at), ticket, asker, {}) is not None

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

    @rule(
        giver=st.sampled_from(GUISES),
        to=st.sampled_from(GUISES),
        begins=st.sampled_from([0, 0, 0, 30]),
        minutes=st.sampled_from([30, 1_000, 10_100]),
        tenants=st.sampled_from([None, None, (FINANCE,), (RETAIL,)]),
    )
    def a_vote_is_handed_over(
        self,
        giver: tuple[str, str],
        to: tuple[str, str],
        begins: int,
        minutes: int,
        tenants: tuple[str, ...] | None,
    ) -> None:
        """Whatever the giver has: between any two, in circles and chains, to oneself by another address."""
        if giver != to:
            since = self.now + timedelta(minutes=begins)
            until = since + timedelta(minutes=minutes)
            fields: dict[str, Any] = {"since": since, "until": until, "tenants": tenants}
            self.given.append(delegation(giver[1], to[1], self.now, **fields))

    @precondition(lambda self: self.given)
    @rule(data=st.data(), gone=st.booleans())
    def a_delegation_is_withdrawn(self, data: st.DataObject, gone: bool) -> None:
        """Or its file is taken away, and with it the votes that it gave."""
        place = data.draw(st.integers(0, len(self.given) - 1))
        if gone:
            del self.given[place]
        elif self.given[place].withdrawn is None:
            self.given[place] = self.given[place].ended_by(self.given[place].giver, self.now)

    # -- what people decide ----------------------------------------------------------------------------------------

    def take(self, action: DecisionAction, by: Person, giver: str | None = None) -> bool:
        """Tells whether the gate took the decision."""
        made = decision(self.ticket, action, by, at=self.now, on_behalf_of=giver)
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
        self.votes(guise[1], None)

    @precondition(lambda self: self.ticket.state is State.PENDING and self.given)
    @rule(data=st.data())
    def somebody_votes_for_another(self, data: st.DataObject) -> None:
        """By a delegation, or as if they had one."""
        handed = st.sampled_from([(each.to, each.giver) for each in self.given])
        by, giver = data.draw(handed | st.tuples(*[st.sampled_from([known for _, known in GUISES])] * 2))
        self.votes(by, giver)

    def votes(self, address: str, giver: str | None) -> None:
        by, facts = self.person(address), self.facts
        acting, lacked = self.acting(address, giver, self.now) or by, self.lacks()
        may = not self.refused(address, giver, self.now) and not facts.faults
        wanted = may and (facts.poll.is_needed(acting) or not (lacked or self.lacks(address, giver)))
        assert self.take(lifecycle.vote(facts, acting), by, giver) is wanted
        assert not wanted or (self.ticket.last.by, self.ticket.last.on_behalf_of) == (by.email, giver)
        assert self.ticket.state is not State.APPROVED or not self.lacks()

    @precondition(lambda self: self.given)
    @rule(data=st.data(), action=st.sampled_from(VOTING))
    def somebody_decides_for_another(self, data: st.DataObject, action: DecisionAction) -> None:
        """However they call it."""
        given = data.draw(st.sampled_from(self.given))
        taken = self.take(action, self.person(given.to), given.giver)
        assert not (taken and self.ticket.state is State.APPROVED and self.lacks())

    @rule(guise=st.sampled_from(GUISES), action=st.sampled_from(DecisionAction))
    def somebody_decides(self, guise: tuple[str, str], action: DecisionAction) -> None:
        """Whatever it is, and however they call it; an end would leave nothing to look at."""
        if action not in {DecisionAction.CANCEL, DecisionAction.REJECT}:
            self.take(action, self.person(guise[1]))

    @precondition(lambda self: self.ticket.votes and self.ticket.state is State.PENDING)
    @rule(data=st.data())
    def a_vote_is_taken_back(self, data: st.DataObject) -> None:
        """By whoever gave it, under any of their addresses."""
        cast = {entry.by: entry for place in self.ticket.votes if (entry := self.ticket.status.history[place])}
        name = self.person(data.draw(st.sampled_from(sorted(cast)))).name
        by = lifecycle.voted_as(self.ticket, self.person(data.draw(st.sampled_from(ADDRESSES[name]))))
        given, before = cast[by.email], len(self.ticket.votes)
        taken = self.take(DecisionAction.UNENDORSE, by, given.on_behalf_of)
        assert taken is not self.refused(given.by, given.on_behalf_of, given.at)
        assert len(self.ticket.votes) == before - taken

    # -- the gate --------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Right before a launch: it lapses, waits, or is launched."""
        given = self.ticket.approval
        person = None if given is None else self.voted(given.by, given.on_behalf_of, given.at)
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
    @rule(guises=st.permutations(GUISES), away=st.frozensets(st.sampled_from(sorted(ADDRESSES)), max_size=3))
    def everybody_votes(self, guises: list[tuple[str, str]], away: frozenset[str]) -> None:
        """Whatever the order: where all who may approve are enough, it is approved, and launched once it is open.

        Delegates vote for whoever is away, and for who is not when everybody has voted.
        """
        everybody = [(address, None) for name, address in guises if name not in away]
        for address, giver in [*everybody, *((each.to, each.giver) for each in self.given)]:
            if self.ticket.state is State.PENDING:
                acting = self.acting(address, giver, self.now) or self.person(address)
                self.take(lifecycle.vote(self.facts, acting), self.person(address), giver)
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
