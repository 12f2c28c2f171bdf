"""The API's composition root: settings in, a served application out."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Self

import httpx
import structlog
from prometheus_client import REGISTRY
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from temporalio.client import Client

from api import pages
from api.app import create_app
from api.auth import BearerSecret, Callers, SharedSecret, TokenVerifier
from api.broadcast import Broadcast
from api.contracts import ContractPreview
from api.counting import Counts
from api.decisions import Decisions
from api.decoder import Decoder
from api.documents import Documents
from api.engine import Engine
from api.feeds import Feeds
from api.first_jobs import FirstJobs
from api.following import SharedFetch
from api.granted import GrantReader
from api.handing import Delegations
from api.keyring import Keyring, site_of
from api.launch_policy import LaunchPolicy
from api.limits import PeopleLimit
from api.links import Links
from api.logouts import Logouts
from api.making import ReportOrders
from api.message_signing import MessageSigner
from api.models import Console
from api.numbers import Numbers
from api.oidc import Provider
from api.receipts import Receipts
from api.repairs import Repairs
from api.report_engine import ReportEngine
from api.services import Services, Web
from api.shares import FairShares
from api.slack_clicks import Clicks, SlackInteractions
from api.submissions import Limits, Submissions
from api.tickets import Tickets
from api.trail import SignInNotes
from api.trial import RulesTrial
from bootstrap.documents import documents
from bootstrap.process import serve, stop_signal
from bootstrap.push import public_push_key
from bootstrap.traces import begin
from bootstrap.trail import trail_repository
from documents.shipped import shipped
from engine.codec import EncryptingCodec
from engine.connection import connect
from record.documents.templates import TemplateReader
from record.facts.controls import Controls
from record.facts.evidence import EvidenceReader
from record.facts.identities import Identities
from record.facts.line import LineReader
from record.facts.revoked import RevokedSessions
from record.git.remote import is_url
from record.git.reports import MadeReports
from record.git.repository import Repository, open_repository
from record.index.diff import Comparer
from record.index.reader import Index
from record.metrics import FaultCollector, PromotionCollector
from record.people.directory import DirectoryReader
from record.signing.keys import KeyReader
from record.signing.signatures import KeyUnusable, Signer
from record.trail.index import TrailIndex
from record.trail.writing import Trail
from settings import Settings, SettingsError, plain, variable

CLONE = Path(__file__).parent.parent / "console" / "dist"
"""The folder in which a clone of ours has built the console."""

SLACK_ANSWERS_WITHIN = 3
"""Seconds for one call to Slack; a click's own answer has gone by then."""

log = structlog.get_logger(__name__)


async def run(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop, traced = stop_signal(), begin(settings, "prodgate-api")
    folder, token = settings.data_dir / "api", plain(settings.git_token)
    repository = open_repository(settings.git_repo, settings.git_branch, folder, token=token)
    http = httpx.AsyncClient()
    services = compose(settings, await connect(settings.payload_keys, plugins=traced.plugins), repository, http)
    log.info("serving", host=host, port=port, issuer=settings.oidc_issuer, mode=settings.mode)
    REGISTRY.register(FaultCollector(services.controls))
    REGISTRY.register(PromotionCollector(services.index))
    services.index.follow()
    if services.audited:
        services.audited.follow()
    ending = asyncio.create_task(_end_streams(services, stop))
    await serve(create_app(services), host, port, stop)
    await ending
    await http.aclose()
    await services.counts.close()
    services.launch_policy.close()
    services.index.close()
    if services.audited:
        services.audited.close()
    await asyncio.to_thread(services.trail.close)
    await repository.close()
    await asyncio.to_thread(traced.close)


@dataclass(frozen=True)
class _Record:
    """The record's clone, and what reads it."""

    repository: Repository
    index: Index
    directory: DirectoryReader
    keys: KeyReader
    controls: Controls
    identities: Identities

    @classmethod
    def of(cls, repository: Repository, folder: Path) -> Self:
        directory, keys = DirectoryReader(repository), KeyReader(repository)
        index = Index(repository, folder / "index.db")
        controls = Controls.of(repository, directory, index)
        return cls(repository, index, directory, keys, controls, Identities(repository, index, keys))


def compose(settings: Settings, client: Client, repository: Repository, http: httpx.AsyncClient) -> Services:
    """Everything the routes need, wired together; `http` is what the identity provider is asked through."""
    folder = settings.data_dir / "api"
    record, audit = _Record.of(repository, folder), trail_repository(settings, folder)
    trail, counts = Trail(audit), Counts(plain(settings.limits_url))
    sign = MessageSigner(signer(settings), record.keys, repository)
    engine = Engine(client, settings.task_queue, settings.answer_within)
    tickets = _tickets(record, engine)
    decisions = Decisions(tickets, engine, record.directory, record.controls, sign, trail, _now)
    people = PeopleLimit(settings.requests_per_minute_person, counts)
    verifier, revoked = _verifier(settings, http), RevokedSessions(repository, settings.oidc_token_lifetime)
    reports = _reports(settings, client, record, counts)
    return Services(
        tickets=tickets,
        decisions=decisions,
        submissions=_submissions(settings, tickets, record, sign, trail),
        decoder=Decoder(client.data_converter.payload_codec or EncryptingCodec(None)),
        documents=_documents(settings, record, tickets, sign),
        repairs=Repairs(repository, record.index, sign.signer, settings.critical_sign_in_within, _now),
        trial=RulesTrial(repository),
        engine=engine,
        repository=repository,
        index=record.index,
        directory=record.directory,
        controls=record.controls,
        callers=Callers(verifier, record.directory, record.identities, revoked),
        logouts=_logouts(settings, verifier, engine, revoked),
        callback_secret=SharedSecret((plain(settings.awx_callback_secret) or "").encode()),
        policy_token=BearerSecret((plain(settings.awx_policy_token) or "").encode()),
        launch_policy=_launch_policy(record, tickets, folder),
        zone=settings.time_zone,
        broadcast=Broadcast(record.index, revoked),
        people=people,
        reports=reports,
        links=_links(settings, reports, sign.signer, record, counts),
        delegations=Delegations(engine, record.controls, record.directory, sign, counts, trail, _now),
        keyring=Keyring(engine, record.controls, sign, counts, trail, site_of(settings.public_url), _now),
        grants=GrantReader(repository, record.index, record.keys),
        feeds=_feeds(settings, engine, sign.signer, record, counts),
        trail=trail,
        sign_ins=SignInNotes(trail),
        audited=TrailIndex(audit, folder / "audit.db") if audit else None,
        counts=counts,
        sign_in_within=settings.critical_sign_in_within,
        web=_web(settings),
        console=_console(settings, client.namespace),
        follower=SharedFetch(repository) if is_url(settings.git_repo) else None,
        slack=_slack(settings, Clicks(tickets, decisions, record.directory, people, record.identities)),
    )


def _tickets(record: _Record, engine: Engine) -> Tickets:
    comparer = Comparer(record.index, record.controls.catalogue)
    lines = LineReader(record.repository, record.index, record.directory, record.keys, record.controls)
    return Tickets(engine, record.repository, record.index, record.keys, comparer, lines)


def _launch_policy(record: _Record, tickets: Tickets, folder: Path) -> LaunchPolicy:
    jobs = FirstJobs(folder / "first-jobs.db")
    return LaunchPolicy(record.repository, record.index, record.keys, tickets.lines, jobs, _now)


def _submissions(
    settings: Settings, tickets: Tickets, record: _Record, sign: MessageSigner, trail: Trail
) -> Submissions:
    shares = FairShares(settings.creates_in_flight, settings.creates_in_flight_person)
    limits = Limits(settings.expiry, settings.open_requests_person)
    parts = (tickets, tickets.engine, record.index, record.directory, record.controls, sign, shares, limits)
    return Submissions(*parts, _now, Numbers(record.index), trail, ContractPreview(tickets.engine, _now))


def _documents(settings: Settings, record: _Record, tickets: Tickets, sign: MessageSigner) -> Documents:
    evidence = EvidenceReader(record.repository, record.index, record.keys, settings.git_branch)
    templates = TemplateReader(record.repository, shipped)
    acts = settings.data_dir / "api" / "acts"
    receipts = Receipts(record.repository, record.keys, settings.git_branch, settings.time_zone, _now, acts)
    parts = (tickets, record.index, record.repository, evidence, receipts, templates, tickets.engine, sign.signer)
    return Documents(*parts, settings.time_zone, _now)


def _reports(settings: Settings, client: Client, record: _Record, counts: Counts) -> ReportOrders:
    engine, made = ReportEngine(client, settings.task_queue), MadeReports(record.repository)
    return ReportOrders(engine, made, record.repository, record.directory, counts, settings.time_zone, _now)


def _links(settings: Settings, reports: ReportOrders, signer: Signer, record: _Record, counts: Counts) -> Links:
    return Links(
        *(reports, documents(settings), reports.engine, signer, record.keys, record.directory, counts),
        *(settings.public_url, settings.links_live, settings.links_per_minute, _now),
    )


def _feeds(settings: Settings, engine: Engine, signer: Signer, record: _Record, counts: Counts) -> Feeds:
    return Feeds(
        *(engine, record.repository, record.index, signer, record.keys, record.directory, record.controls),
        *(record.identities, counts, settings.public_url, settings.links_per_minute, _now),
    )


def _logouts(settings: Settings, verifier: TokenVerifier, engine: Engine, revoked: RevokedSessions) -> Logouts:
    audiences = (settings.oidc_client_id, settings.oidc_audience)
    return Logouts(verifier.provider, audiences, engine, revoked, _now)


def _verifier(settings: Settings, http: httpx.AsyncClient) -> TokenVerifier:
    provider, unverified = Provider(settings.oidc_issuer or "", http), settings.oidc_unverified_email == "accept"
    named = (settings.oidc_audience, settings.oidc_email_claim)
    return TokenVerifier(provider, *named, unverified, settings.oidc_token_lifetime)


def _web(settings: Settings) -> Web:
    return Web(
        https=settings.public_url.startswith("https:"),
        origins=settings.cors_origins,
        temporal_ui=_origin(settings.temporal_ui_url),
        per_address=settings.requests_per_minute_address,
        console_dir=pages.built(settings.console_dir or CLONE),
    )


def _origin(url: str | None) -> tuple[str, ...]:
    """The origin of pages below an address (RFC 6454)."""
    return () if url is None else ("/".join(url.split("/")[:3]).lower(),)


def _slack(settings: Settings, clicks: Clicks) -> SlackInteractions | None:
    """The door for clicks in Slack, where they are switched on. Raises SettingsError where they could not be taken."""
    if not settings.slack_decisions:
        return None
    token, secret = plain(settings.slack_token), plain(settings.slack_signing_secret)
    if token is None or secret is None:
        names = f"{variable('slack_token')} and {variable('slack_signing_secret')}"
        raise SettingsError(f"{names} must be set where {variable('slack_decisions')} is true")
    client = AsyncWebClient(token, settings.slack_api_url, timeout=SLACK_ANSWERS_WITHIN, retry_handlers=[])
    return SlackInteractions(SignatureVerifier(secret), client, clicks)


def _console(settings: Settings, namespace: str) -> Console:
    """The settings that the console is told; its links to workflows lead into the namespace that they run in."""
    temporal, awx, repository = (
        url and url.rstrip("/") for url in (settings.temporal_ui_url, settings.awx_ui_url, settings.repository_ui_url)
    )
    return Console(
        issuer=(settings.oidc_issuer or "").rstrip("/"),
        client_id=settings.oidc_client_id,
        scope=settings.oidc_scope,
        temporal_ui=temporal and f"{temporal}/namespaces/{namespace}/workflows",
        awx_ui=awx,
        repository_ui=repository,
        timezone=settings.time_zone.key,
        version=version("prodgate"),
        push_key=public_push_key(settings),
    )


def signer(settings: Settings) -> Signer:
    """The signer of decisions. Raises SettingsError where its key can't be used."""
    try:
        return Signer(settings.signing_key or Path())
    except KeyUnusable as error:
        raise SettingsError(f"PRODGATE_SIGNING_KEY: {error}") from error


async def _end_streams(services: Services, stop: asyncio.Event) -> None:
    """The server waits for open answers when it stops; a stream of events would never end by itself."""
    await stop.wait()
    services.broadcast.close()


def _now() -> datetime:
    return datetime.now(UTC)
