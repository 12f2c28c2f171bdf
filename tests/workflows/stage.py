"""A promotion on stage: real workflow and activities, a Git repository, AWX over HTTP, and time that can skip."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pygit2
import pytest
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities.awx import AwxTimings
from activities.reports import ReportSetup
from bootstrap.registration import Registration
from clients.channel import ChannelClient
from clients.health.probe import HealthProbe
from domain import lifecycle
from domain.announcement import Channel, Plan
from domain.change import Resumed
from domain.clearance import Hint
from domain.decision import Decision, DecisionAction, Submission
from domain.deployment import AwxReport, Deployment
from domain.roles import Person, Requester
from domain.ticket import FOLDER, Impact, PromotionRequest, State
from record.facts.resuming import ResumptionReader
from record.files.reading import load
from record.git.repository import open_repository
from record.index.reader import Index
from record.signing.keys import KeyReader
from record.signing.signatures import Message, Signer, private_text, signed
from tests.awx_fixtures import IMPATIENT, Simulator
from tests.domain.builders import PIERRE, decision, submission
from tests.record.building import git, person_commits, publish_key, publish_worker_key
from tests.signing import KEY, WORKER_KEY
from workflows.promotion import Promotion
from workflows.starting import resume, submitted

HOURS = dict.fromkeys(Impact, timedelta(hours=24))
"""After which approvers are reminded on stage."""

GRACE: dict[str, Any] = {"graceful_shutdown_timeout": timedelta(seconds=2)}
"""A worker without one may never stop, where an activity ends while the SDK cancels it (temporalio 1.35)."""

SANDBOXED: dict[str, Any] = {"workflow_runner": SandboxedWorkflowRunner()}
"""The sandbox finds what no replay would bear (docs/adr/0015); without the guard, no query has to be asked twice."""

LOOK = 0.1
"""Seconds from one look at a promotion to the next."""

ASKED = Requester.of(PIERRE)
"""The requester of what is submitted on stage."""

Promoted = WorkflowHandle[Promotion, PromotionRequest]


@dataclass
class Stage:
    """The stage of a test: all that it does and sees."""

    environment: WorkflowEnvironment
    git: Path
    awx: Simulator
    timings: AwxTimings = IMPATIENT
    queue: str = field(default_factory=lambda: f"queue-{uuid.uuid4()}")
    channel_clients: dict[Channel, ChannelClient] = field(default_factory=dict)
    patience: timedelta = timedelta(days=3)
    look_every: timedelta = timedelta(milliseconds=100)
    follows: bool = True
    """True where the record is followed: not where time skips, for a leader's heartbeats would come days apart."""
    signs: bool = False
    """True where the worker signs what the service does."""
    reports: ReportSetup | None = None
    """The parts of reports, where the worker makes some."""
    probe: HealthProbe = field(default_factory=lambda: HealthProbe((ip_network("127.0.0.0/8"),)))
    """The probe of what was deployed, which may call this machine."""
    cached: int = 0
    """Workflows that the worker keeps: with none, every task replays the history so far, and what isn't deterministic
    shows; but a local activity that outlives its task is then done again."""

    def __post_init__(self) -> None:
        publish_key(self.git)
        if self.signs:
            self.sign()

    def sign(self) -> None:
        """Publish the worker's key: from here on, every act is signed."""
        self.signs = True
        self.worker_key.write_text(private_text(WORKER_KEY))
        publish_worker_key(self.git)

    @property
    def worker_key(self) -> Path:
        """The file of the worker's key."""
        return self.git.with_name("worker.json")

    @asynccontextmanager
    async def working(self, **options: Any) -> AsyncIterator[None]:
        """A worker, for as long as the context lasts; `options` are the SDK's."""
        repository = open_repository(str(self.git), "main", self.git.parent)
        index = Index(repository, self.git.parent / f"{uuid.uuid4()}.db")
        async with self.awx.client() as client:
            registration = Registration(
                self.environment.client,
                self.queue,
                repository,
                index,
                client,
                self.timings,
                self.channel_clients,
                self.plan,
                Signer(self.worker_key) if self.signs else None,
                look_every=self.look_every,
                reports=self.reports,
                probe=self.probe,
            )
            if self.follows:
                await registration.follow()
            async with registration.worker(max_cached_workflows=self.cached, **SANDBOXED | GRACE | options):
                yield
        index.close()
        await repository.close()

    @property
    def plan(self) -> Plan:
        return Plan(
            remind_after=HOURS, warn_before=timedelta(days=3), patience=self.patience, expiry=timedelta(days=30)
        )

    async def now(self) -> Any:
        """The time of the server, which may have skipped ahead."""
        return await self.environment.get_current_time()

    async def submit(self, **fields: Any) -> Promoted:
        """A promotion that is recorded as pending, asked for by Pierre."""
        now = await self.now()
        given = {"at": now, "decide_by": now + timedelta(days=30)} | fields
        asked = submission(**given)
        return await self.start(signed(self._counted(asked, lifecycle.create(asked)), KEY))

    async def start(self, asked: Submission) -> Promoted:
        await self.environment.client.execute_update_with_start_workflow(
            Promotion.submit, asked, id=asked.key, start_workflow_operation=submitted(asked, self.queue)
        )
        return self.environment.client.get_workflow_handle_for(Promotion.run, asked.id)

    async def decide(self, promoted: Promoted, action: DecisionAction, by: Person, **fields: Any) -> PromotionRequest:
        """The decision as an update, on the ticket as it is now."""
        made = await self.decision(promoted, action, by, **fields)
        for _ in range(30):  # as the API does, where the worker has not read yet what it recorded a moment ago
            try:
                answer: PromotionRequest = await promoted.execute_update(UPDATES[action], made, id=made.id)
            except WorkflowUpdateFailedError as error:
                if refused(error)[0] != "RecordBehind":
                    raise
                await asyncio.sleep(0.05)
            else:
                return answer
        raise AssertionError("the worker never caught up")

    async def decision(self, promoted: Promoted, action: DecisionAction, by: Person, **fields: Any) -> Decision:
        """A decision on the ticket as it is, made now and signed."""
        ticket = await promoted.query(Promotion.ticket)
        given = {"id": str(uuid.uuid4()), "at": await self.now()} | fields
        if action.votes:
            given = {"production": self.production(ticket)} | given
        return signed(self._counted(decision(ticket, action, by, **given), ticket), KEY)

    def _counted(self, message: Message, ticket: PromotionRequest) -> Message:
        """The message as the API sends it, which says what it counts from where the service signs."""
        if not self.signs:
            return message
        counted = {"attempt": ticket.attempt, "round": ticket.round, "tip": git(self.git, "rev-parse", "main")}
        return message.model_copy(update=counted)

    def production(self, ticket: PromotionRequest) -> str:
        """The version of the ticket's target in production: the branch's last; two may be of one second."""
        repository, name = pygit2.Repository(str(self.git)), ticket.spec.target.name
        tip = repository.branches["main"].peel(pygit2.Commit)
        tickets = [load(blob.data) for blob in _blobs(tip.tree[FOLDER])] if FOLDER in tip.tree else []
        versions = {each.id: each.spec.target.version for each in tickets if each.spec.target.name == name}
        messages = (commit.message for commit in repository.walk(tip.id, pygit2.enums.SortMode.TOPOLOGICAL))
        deployed = (_trailer(message, "Request-Id") for message in messages if "\nAction: deployed\n" in message)
        return next((versions[each] for each in deployed if each in versions), CATALOGUE.get(name, ""))

    async def ended(self, promoted: Promoted) -> PromotionRequest:
        """The workflow's result, time skipping as far as its waits go."""
        skipping = asyncio.create_task(self.environment.sleep(timedelta(days=100)))
        try:
            return await promoted.result()
        finally:
            skipping.cancel()
            await asyncio.wait([skipping])

    async def until(self, promoted: Promoted, state: State, seconds: float = 90) -> PromotionRequest:
        """The ticket once it is in the state, without skipping time. Each look has all of its history replayed."""
        for _ in range(int(seconds / LOOK)):
            ticket = await promoted.query(Promotion.ticket)
            if ticket.state is state:
                return ticket
            await asyncio.sleep(LOOK)
        raise AssertionError(f"the ticket is {ticket.state}, never {state}: {ticket.status.history}")

    async def report(self, promoted: Promoted, job: int, status: str) -> None:
        await promoted.signal(Promotion.awx_report, AwxReport(job=job, status=status))

    async def lose(self, promoted: Promoted) -> None:
        """End the promotion once all that happened is recorded, as an engine does that loses its data."""
        await self.until_recorded(promoted)
        await promoted.terminate()

    async def until_recorded(self, promoted: Promoted) -> None:
        """Return when all that happened to the promotion so far is recorded."""
        ticket = await promoted.query(Promotion.ticket)
        for _ in range(200):
            if self.recorded(ticket) == ticket:
                return
            await asyncio.sleep(0.025)
        raise AssertionError("the ticket is not recorded")

    async def launch_unheard(self, ticket: PromotionRequest) -> None:
        """Have AWX make the attempt's job, as for a promotion that ended before it heard the answer."""
        asked = Deployment.of(ticket)
        async with self.awx.client() as awx:
            template = await awx.template()
            label = await awx.ensure_label(asked.marker, template.organization or 0)
            await awx.launch(template.id, asked.extra_vars(), [label.id], None)

    async def resume(self, ticket_id: str, decide_by: datetime | None = None) -> Promoted:
        """The promotion, going on from what the record has."""
        return await self.begin(self.resumption(ticket_id, decide_by))

    async def begin(self, begun: Resumed) -> Promoted:
        """The promotion, going on from that."""
        await resume(self.environment.client, begun, self.queue)
        return self.environment.client.get_workflow_handle_for(Promotion.run, begun.ticket.id)

    async def restore(self, ticket_id: str) -> Promoted:
        """The promotion, as `prodgate reconcile --apply` has it go on."""
        repository = open_repository(str(self.git), "main", self.git.parent)
        index = Index(repository, self.git.parent / f"{uuid.uuid4()}.db")
        found = ResumptionReader(repository, index, KeyReader(repository), self.plan.expiry).of(ticket_id)
        assert found is not None
        index.close()
        await repository.close()
        return await self.begin(found)

    def resumption(self, ticket_id: str, decide_by: datetime | None = None) -> Resumed:
        """The ticket as the record has it, and whose it is."""
        repository = pygit2.Repository(str(self.git))
        tree = repository.branches["main"].peel(pygit2.Commit).tree
        ticket = next(each for each in (load(blob.data) for blob in _blobs(tree[FOLDER])) if each.id == ticket_id)
        until = decide_by or ticket.metadata.created_at + timedelta(days=30)
        return Resumed(ticket=ticket, revision=str(tree[ticket.path].id), decide_by=until, requester=ASKED)

    async def hint(self, promoted: Promoted) -> None:
        """Say that the record is worth a look."""
        await promoted.signal(Promotion.look, Hint(ticket_id=promoted.id, why="a test says so"))

    async def looked(self, promoted: Promoted) -> None:
        """Return when no look of the promotion is under way any more, after one was."""
        for _ in range(400):
            events = [event async for event in promoted.fetch_history_events()]
            looks = [
                e.event_id for e in events if e.activity_task_scheduled_event_attributes.activity_type.name == "look"
            ]
            done = {e.activity_task_completed_event_attributes.scheduled_event_id for e in events}
            signalled = max(e.event_id for e in events if e.HasField("workflow_execution_signaled_event_attributes"))
            if looks and looks[-1] > signalled and looks[-1] in done:
                return
            await asyncio.sleep(0.05)
        raise AssertionError("nothing looked after the hint")

    async def until_said(self, caplog: pytest.LogCaptureFixture, sentence: str) -> None:
        """Return when a worker has logged it."""
        for _ in range(400):
            if sentence in caplog.text:
                return
            await asyncio.sleep(0.025)
        raise AssertionError(f"nobody said: {sentence}")

    async def looking(self, promoted: Promoted) -> None:
        """Return when the promotion looks whether it may go on: its launch was turned away by the record."""
        for _ in range(400):
            async for event in promoted.fetch_history_events():
                if event.activity_task_scheduled_event_attributes.activity_type.name == "look":
                    return
            await asyncio.sleep(0.05)
        raise AssertionError("nothing was looked at")

    async def asked_for_a_launch(self, times: int = 1) -> None:
        """Return when AWX was asked to launch that often."""
        for _ in range(400):
            asked = self.awx.control("GET", "requests")
            if sum(count for path, count in asked.items() if path.startswith("POST") and "launch" in path) >= times:
                return
            await asyncio.sleep(0.025)
        raise AssertionError(f"AWX was not asked {times} times to launch: {asked}")

    async def until_taken(self, promoted: Promoted, action: DecisionAction, by: Person) -> PromotionRequest:
        """The decision's answer, as soon as it is not refused any more."""
        for _ in range(200):
            try:
                return await self.decide(promoted, action, by)
            except WorkflowUpdateFailedError:
                await asyncio.sleep(0.05)
        raise AssertionError(f"{action} was refused all the time")

    def let_newer_close_older(self) -> None:
        """Have the platform's rules say that a newer version that is approved closes older requests."""
        rules = git(self.git, "show", "main:platform.yaml") + "\n"
        person_commits(self.git, {"platform.yaml": rules.replace("controls: 2", "controls: 2\n  supersede: true")})

    def actions(self, ticket_id: str = "PR-2026-0001") -> list[str]:
        """The ticket's transitions as `git log` has them, oldest first."""
        repository = pygit2.Repository(str(self.git))
        tip = repository.branches["main"].target
        messages = [commit.message for commit in repository.walk(tip, pygit2.enums.SortMode.REVERSE)]
        return [_trailer(message, "Action") for message in messages if f"Request-Id: {ticket_id}\n" in message]

    @contextmanager
    def git_away(self) -> Iterator[None]:
        """The repository can't be reached, for as long as the context lasts."""
        away = self.git.with_suffix(".away")
        self.git.rename(away)
        try:
            yield
        finally:
            away.rename(self.git)

    def recorded(self, ticket: PromotionRequest) -> PromotionRequest:
        """The ticket as its file at the branch's tip says."""
        return load(self.file(ticket).encode())

    def file(self, ticket: PromotionRequest) -> str:
        """The text of the ticket's file at the branch's tip."""
        repository = pygit2.Repository(str(self.git))
        tree = repository.branches["main"].peel(pygit2.Commit).tree
        blob = repository[tree[ticket.path].id].peel(pygit2.Blob)
        return blob.data.decode()


CATALOGUE = {"payment-api": "2.0.0"}
"""The versions of the demo's catalogue that tests approve something against."""


def _blobs(folder: pygit2.Object) -> Iterator[pygit2.Blob]:
    for entry in folder if isinstance(folder, pygit2.Tree) else ():
        if isinstance(entry, pygit2.Blob):
            yield entry
        else:
            yield from _blobs(entry)


UPDATES: dict[DecisionAction, Any] = {
    DecisionAction.APPROVE: Promotion.approve,
    DecisionAction.REJECT: Promotion.reject,
    DecisionAction.CANCEL: Promotion.cancel,
    DecisionAction.RETRY: Promotion.retry,
    DecisionAction.HOLD: Promotion.hold,
    DecisionAction.RELEASE: Promotion.release,
    DecisionAction.ENDORSE: Promotion.vote,
    DecisionAction.UNENDORSE: Promotion.vote,
    DecisionAction.EMERGENCY: Promotion.approve,
    DecisionAction.RATIFY: Promotion.answer,
    DecisionAction.REFUTE: Promotion.answer,
}


def refused(error: WorkflowUpdateFailedError) -> tuple[str | None, str]:
    """The class name and the sentence of the rule that refused an update."""
    assert isinstance(error.cause, ApplicationError)
    return error.cause.type, error.cause.message


def _trailer(message: str, name: str) -> str:
    return next(line.partition(": ")[2] for line in message.splitlines() if line.startswith(f"{name}: "))
