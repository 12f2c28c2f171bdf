"""Requests of one target, taken through whatever may happen by a gate that keeps to the line and to coverage."""

import asyncio
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain import coverage, line
from domain.ticket import Action, PromotionRequest, State
from record.audit.checks import Step
from record.audit.turns import TargetSoFar
from record.audit.verify import verify
from record.facts.line import LineReader
from record.index.reader import Index
from record.people.directory import DirectoryReader
from tests.domain.builders import NOW
from tests.examples import examples
from tests.record.audit.test_verify import PEOPLE, TENANT
from tests.record.audit.test_verify_line import Request
from tests.record.building import bare, git, opened, person_commits
from tests.record.facts.test_line import PLATFORM, moved
from tests.signing import key_file

STEPS = st.sampled_from([timedelta(seconds=1), timedelta(minutes=5), timedelta(hours=10), timedelta(days=3)])
VERSIONS = ("1.9.0", "2.0.0", "2.1.0", "latest")


class OneTarget(RuleBasedStateMachine):
    """The line of an index that followed, of one that begins anew, and of the audit is one; the audit finds nothing."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.repository = opened(bare(self.folder / "record.git"), self.folder)
        person_commits(self.repository.path, {**key_file(), TENANT: PEOPLE, "platform.yaml": PLATFORM})
        self.indexes: list[Index] = []
        self.lines = self.reader()
        self.now, self.requests = NOW, list[Request]()
        self.deploys: str | None = None

    def reader(self) -> LineReader:
        self.indexes.append(Index(self.repository, self.folder / f"{len(self.indexes)}.sqlite"))
        return LineReader.of(self.repository, DirectoryReader(self.repository), self.indexes[-1])

    def some(self, *states: State) -> list[Request]:
        return [each for each in self.requests if each.ticket.state in states]

    def does(self, request: Request, action: str, **given: object) -> None:
        self.now += timedelta(seconds=1)
        asyncio.run(request.does(action, self.now, **given))

    @rule(by=STEPS)
    def time_goes_by(self, by: timedelta) -> None:
        self.now += by

    @precondition(lambda self: len(self.requests) < 6)
    @rule(dated=st.booleans())
    def somebody_asks(self, dated: bool) -> None:
        self.now += timedelta(seconds=1)
        ordinal, when = len(self.requests) + 1, self.now + timedelta(days=1) if dated else None
        request = Request(self.repository, ordinal, VERSIONS[ordinal % 3], self.now, scheduled_date=when)
        self.requests.append(asyncio.run(request.created()))

    @precondition(lambda self: self.some(State.PENDING))
    @rule(data=st.data())
    def some_are_approved(self, data: st.DataObject) -> None:
        for request in data.draw(st.lists(st.sampled_from(self.some(State.PENDING)), min_size=1, unique_by=id)):
            shown = self.lines.controls.of_ticket(request.ticket).production or ""
            self.does(request, "approved", claims={"production": shown})

    @precondition(lambda self: self.some(State.APPROVED))
    @rule(data=st.data(), action=st.sampled_from(["cancelled", "held", "released"]))
    def somebody_acts(self, data: st.DataObject, action: str) -> None:
        request = data.draw(st.sampled_from(self.some(State.APPROVED)))
        if action == "cancelled" or (action == "held") is (request.ticket.hold is None):
            reason = {} if action == "cancelled" else {"reason": "Wait until it is clear"}
            self.does(request, action, **reason)

    @precondition(lambda self: self.some(State.FAILED))
    @rule()
    def it_is_retried(self) -> None:
        self.does(self.some(State.FAILED)[0], "retried")

    @precondition(lambda self: self.some(State.APPROVED, State.DEPLOYING))
    @rule(data=st.data())
    def promotions_look(self, data: st.DataObject) -> None:
        """In whatever order."""
        for request in data.draw(st.permutations(self.some(State.APPROVED, State.DEPLOYING))):
            self._looks(request)

    def _looks(self, request: Request) -> None:
        """The request lapses, becomes due, is launched or waits, as the record says."""
        ticket = request.ticket
        if line.deploys(ticket) or ticket.hold is not None:
            return
        reason = coverage.lapse(ticket, self.lines.grounds_of(ticket), None, self.now)
        if reason is not None:
            self.does(request, "lapsed", reason=reason, decide_by=self.now + timedelta(days=30))
        elif line.becomes_due(ticket):
            if ticket.spec.request.scheduled_date is None or ticket.spec.request.scheduled_date <= self.now:
                self.does(request, "due")
        elif line.ahead_of(ticket.id, self.lines.line_of(ticket)) == ():
            assert self.deploys is None, "never two at once"
            self.does(request, "deploying")
            self.deploys = ticket.id

    @precondition(lambda self: self.deploys is not None)
    @rule(action=st.sampled_from(["deployed", "failed"]))
    def its_job_ends(self, action: str) -> None:
        self.does(next(each for each in self.requests if each.ticket.id == self.deploys), action)
        self.deploys = None

    @rule()
    def somebody_merges(self) -> None:
        """A branch of old, the usual way around."""
        first = git(self.repository.path, "rev-list", "--max-parents=0", "main")
        tip = git(self.repository.path, "rev-parse", "main")
        moved(self.repository.path, tip, tip, moved(self.repository.path, first, first))

    @invariant()
    def nobody_waits_behind_nobody(self) -> None:
        """Whoever stands in line stands there by the last entry of theirs that lets them in."""
        if not self.requests:
            return
        places = self.lines.line_of(self.requests[0].ticket)
        standing = {each.ticket.id for each in self.requests if line.entered(each.ticket) is not None}
        assert {place.ticket_id for place in places} == standing

    def teardown(self) -> None:
        if not hasattr(self, "folder"):
            return
        try:
            if self.requests:
                self._compare(self.requests[0].ticket)
        finally:
            for index in self.indexes:
                index.close()
            asyncio.run(self.repository.close())
            shutil.rmtree(self.folder)

    def _compare(self, ticket: PromotionRequest) -> None:
        seen: list[TargetSoFar] = []

        def note(step: Step) -> tuple[()]:
            seen.append(step.others)
            return ()

        assert list(verify(self.repository.path)) == []
        assert list(verify(self.repository.path, checks=(note,))) == []
        fresh, followed = self.reader().line_of(ticket), self.lines.line_of(ticket)
        assert fresh == followed
        assert [each.ticket_id for each in seen[-1].line()] == [each.ticket_id for each in followed]
        assert all(each.status.history[-1].action is not Action.HELD for each in self._front(followed))

    def _front(self, places: tuple[line.Place, ...]) -> list[PromotionRequest]:
        return [each.ticket for each in self.requests if places and each.ticket.id == places[0].ticket_id]


OneTarget.TestCase.settings = settings(max_examples=examples(40), stateful_step_count=40, deadline=None)
TestOneTarget = OneTarget.TestCase
