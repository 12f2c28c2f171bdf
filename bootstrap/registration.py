"""Assembles what a worker registers, in production and in tests: every workflow, every activity, the interceptors."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any

from temporalio.client import Client
from temporalio.plugin import SimplePlugin
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.attention import ATTENTION, Attention
from activities.awx import AwxActivities, AwxTimings
from activities.awx_watch import WatchActivities
from activities.browsers import BrowserActivities
from activities.checkpoints import Checkpoints, CheckpointSetup
from activities.confirming import Confirming
from activities.contract import ContractActivities
from activities.delegation_mails import DELEGATION_MAILS, DelegationMails, DelegationMailSetup
from activities.delegations import DelegationActivities
from activities.drift import DriftActivities, DriftReader
from activities.evidence import EvidenceActivities
from activities.feeds import FeedActivities
from activities.fronts import Fronts
from activities.granting import Grants
from activities.health import HealthActivities
from activities.leading import Follower, LeadingActivities
from activities.outbox import ChannelOutbox
from activities.passkeys import PasskeyActivities
from activities.planning import ChannelSetup, now
from activities.preferences import PreferenceActivities
from activities.preflight import PreflightActivities, RecordPreflight
from activities.proofs import ProofActivities
from activities.record import RecordActivities
from activities.reports import ReportActivities, ReportSetup
from activities.sessions import SessionActivities
from activities.siem import TrailSink
from activities.summaries import SUMMARIES, Summaries, SummarySetup
from activities.templates import TemplateActivities
from activities.trail import AUDIT, ChangesNoted
from activities.vouching import Vouching
from activities.webhooks import WebhookActivities
from clients.awx.client import AwxClient
from clients.channel import ChannelClient
from clients.contract.differ import Differ
from clients.contract.reader import ContractReader
from clients.gitlab.client import GitLabReader
from clients.health.probe import HealthProbe
from clients.push.channel import WebPush
from clients.webhook.channel import Webhooks
from documents.shipped import shipped
from domain.announcement import Channel, Plan
from domain.assertions import Assertion
from domain.checkpoint import CHECKPOINTS
from domain.following import Followed
from domain.roles import Person
from domain.signing import Claims
from engine.heartbeats import HeartbeatInterceptor
from engine.promotions import EnginePromotions
from engine.query_guard import QueryGuard
from engine.signatures import SignatureInterceptor
from record.documents.templates import TemplateReader
from record.facts.acts import ActReader
from record.facts.controls import Controls
from record.facts.health import HealthReader
from record.facts.identities import Identities
from record.facts.known import KNOWN_FOR, KnownRecord
from record.facts.line import LineReader
from record.git.repository import Repository
from record.index.diff import Comparer
from record.index.reader import Index
from record.people.directory import DirectoryReader
from record.signing.keys import KeyReader
from record.signing.proofs import CommitProofs, Proofs
from record.signing.signatures import Signer
from record.trail.repository import TrailRepository
from workflows.browsers import KeepBrowser
from workflows.claim import Claim
from workflows.contract import CompareContract
from workflows.debt import EmergencyDebt
from workflows.delegations import ChangeDelegation
from workflows.drift import DriftWatch
from workflows.evidence import ReadEvidence
from workflows.feeds import KeepFeed
from workflows.following import Follow, keep_following
from workflows.options import RETRY_WINDOW
from workflows.passkeys import ChangePasskey
from workflows.preferences import KeepPreferences
from workflows.promotion import Promotion
from workflows.report import MakePart, MakeReport
from workflows.sessions import Logout
from workflows.templates import TemplateEdit
from workflows.watch import AwxWatch
from workflows.webhooks import CallWebhook

WORKFLOWS = (
    *(Promotion, EmergencyDebt, Follow, Claim, AwxWatch, DriftWatch, Logout),
    *(TemplateEdit, ChangeDelegation, ChangePasskey, KeepPreferences, KeepFeed, KeepBrowser, CallWebhook),
    *(ReadEvidence, CompareContract, MakeReport, MakePart),
)


@dataclass(frozen=True)
class Registration:
    """One worker's parts, and the task queue that it serves. `look_every` is the shortest time between two looks."""

    client: Client
    task_queue: str
    repository: Repository
    index: Index
    awx: AwxClient
    timings: AwxTimings
    channel_clients: Mapping[Channel, ChannelClient]
    plan: Plan
    signer: Signer | None = None
    """The worker's own key; None while it has none."""
    look_every: timedelta = timedelta(seconds=2)
    known_for: float = KNOWN_FOR
    """Seconds that rights count which can't be looked up any more."""
    checkpoints: CheckpointSetup | None = None
    audit: TrailRepository | None = None
    gitlab: GitLabReader = field(default_factory=GitLabReader)
    contracts: ContractReader = field(default_factory=ContractReader)
    differ: Differ = field(default_factory=Differ)
    probe: HealthProbe = field(default_factory=HealthProbe)
    reports: ReportSetup | None = None
    """The parts of reports; None for a worker that makes none."""
    sinks: tuple[TrailSink, ...] = ()
    summaries: SummarySetup | None = None
    """The way of daily summaries; None for a worker without a mail server."""
    delegation_mails: DelegationMailSetup | None = None
    """The way in which a delegation's people are mailed; None for a worker without a mail server."""
    now: Callable[[], datetime] = now
    """The clock by which announcements are due, old or given up."""

    @cached_property
    def directory(self) -> DirectoryReader:
        return DirectoryReader(self.repository)

    @cached_property
    def keys(self) -> KeyReader:
        return KeyReader(self.repository)

    @cached_property
    def commits(self) -> CommitProofs:
        return CommitProofs(self.keys, self.signer)

    @cached_property
    def controls(self) -> Controls:
        return Controls.of(self.repository, self.directory, self.index)

    @cached_property
    def acts(self) -> ActReader:
        return ActReader(self.repository, self.index, self.keys)

    @cached_property
    def lines(self) -> LineReader:
        return LineReader(self.repository, self.index, self.directory, self.keys, self.controls)

    @cached_property
    def comparer(self) -> Comparer:
        return Comparer(self.index, self.controls.catalogue)

    @cached_property
    def outboxes(self) -> tuple[ChannelOutbox, ...]:
        """The channels that are set up, each with its outbox."""
        return tuple(
            ChannelOutbox(ChannelSetup(channel, client, self.acts, self.directory, self.comparer, self.plan, self.now))
            for channel, client in self.channel_clients.items()
        )

    @property
    def webhooks(self) -> Webhooks | None:
        """The channel of webhooks, where its secrets are set up."""
        found = self.channel_clients.get(Channel.WEBHOOK)
        return found if isinstance(found, Webhooks) else None

    @property
    def push(self) -> WebPush | None:
        """The channel of web push, where its key is set up."""
        found = self.channel_clients.get(Channel.PUSH)
        return found if isinstance(found, WebPush) else None

    @cached_property
    def followers(self) -> Mapping[str, Follower]:
        """The followers of the record, by the names of their workflows."""
        attention = Attention(self.acts, self.lines, self.client)
        found: dict[str, Follower] = {ATTENTION.name: attention} | {outbox.name: outbox for outbox in self.outboxes}
        if self.audit is not None:
            found[AUDIT.name] = ChangesNoted(self.repository, self.audit, self.now)
        found |= {sink.name: sink for sink in self.sinks}
        if self.summaries is not None:
            found[SUMMARIES.name] = Summaries(
                self.summaries, self.acts, self.directory, self.comparer, self.controls.delegations, self.now
            )
        if self.delegation_mails is not None:
            found[DELEGATION_MAILS.name] = DelegationMails(
                self.delegation_mails, self.repository, self.controls.delegations, self.directory, self.now
            )
        return found if self.checkpoints is None else found | {CHECKPOINTS.name: Checkpoints(self.checkpoints)}

    @property
    def drift(self) -> DriftReader:
        return DriftReader(self.index, EnginePromotions(self.client, self.task_queue), RETRY_WINDOW)

    def _of_reports(self) -> tuple[Callable[..., Any], ...]:
        if self.reports is None:
            return ()
        templates = TemplateReader(self.repository, shipped)
        reports = ReportActivities(self.repository, self.index, self.directory, templates, self.reports)
        return reports.open_report, reports.make_part, reports.note_parts

    async def follow(self) -> None:
        """Make sure that the record is followed; for before the worker takes its first task."""
        for outbox in self.outboxes:
            await asyncio.to_thread(outbox.begin)
        for name in self.followers:
            await keep_following(self.client, self.task_queue, Followed(name=name))

    def worker(self, **options: Any) -> Worker:
        """The worker, not started yet; `options` are the SDK's own. Workflows run without the sandbox (ADR 15)."""
        options = {"workflow_runner": QueryGuard(UnsandboxedWorkflowRunner())} | options
        identities = Identities(self.repository, self.index, self.keys)
        known = KnownRecord(self.repository, self.index, self.controls, self.keys, identities, self.known_for)
        return Worker(
            self.client,
            task_queue=self.task_queue,
            workflows=WORKFLOWS,
            activities=[*self._activities(identities), *self._of_reports()],
            interceptors=[
                SignatureInterceptor(
                    Proofs(known, known.check_person, known.check_passkey).check_decision, known.target
                ),
                HeartbeatInterceptor(),
            ],
            plugins=[SimplePlugin("known-record", run_context=partial(_following, known))],
            **options,
        )

    def _activities(self, identities: Identities) -> tuple[Callable[..., Any], ...]:
        def check_person(person: Person) -> None:
            identities.check(self.directory.current(), person)

        def check_passkey(claims: Claims, answer: Assertion) -> None:
            self.controls.passkeys.current().check(claims, answer)

        proofs = Proofs(self.keys, check_person, check_passkey)
        record = RecordPreflight(
            self.repository, self.index, self.keys, self.lines, lambda ticket: fronts.abandoned(ticket)
        )
        health = HealthReader(self.repository, self.index, self.controls)
        granting = Grants(self.index, self.commits.seal, self.timings.grant_life).grant
        awx = AwxActivities(
            *(self.awx, record.objection, self.timings),
            seal=self.commits.seal,
            granting=granting,
            verifies=health.asks_now,
        )
        vouching = Vouching(self.commits, record, awx, self.plan.expiry, Promotion.__name__, health)
        fronts = Fronts(self.client, awx)
        return (
            RecordActivities(
                self.repository, self.index, self.commits, vouching, Confirming(self.commits.keys, self.controls)
            ).record_change,
            SessionActivities(self.repository).revoke_session,
            PreferenceActivities(self.repository).keep_preferences,
            FeedActivities(self.repository).keep_feed,
            BrowserActivities(self.push, self.repository).keep_browser,
            TemplateActivities(self.repository, self.keys, self.directory, shipped).commit_template,
            DelegationActivities(
                self.repository, self.keys, self.directory, self.controls.delegations, check_person
            ).commit_delegation,
            PasskeyActivities(
                self.repository, self.keys, self.directory, self.controls.passkeys, check_person
            ).commit_passkey,
            LeadingActivities(self.client, self.followers).lead,
            ProofActivities(proofs, self.controls, self.index).check_decision,
            WatchActivities(self.awx, self.index).compare_jobs,
            DriftActivities(self.drift).find_drift,
            PreflightActivities(record, awx.find_job, self.look_every).look,
            EvidenceActivities(self.gitlab, self.directory, self.commits, self.now).read_evidence,
            ContractActivities(
                self.contracts, self.differ, self.controls.catalogue, self.commits, self.now
            ).compare_contract,
            HealthActivities(self.probe, health, self.commits).look_at_health,
            WebhookActivities(self.webhooks, self.directory, self.index).call_webhook,
            *(awx.launch_job, awx.read_result),
        )


@asynccontextmanager
async def _following(known: KnownRecord) -> AsyncIterator[None]:
    """Follow the record while the worker runs."""
    await asyncio.to_thread(known.start)
    try:
        yield
    finally:
        await asyncio.to_thread(known.close)
