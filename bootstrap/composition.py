"""Puts a worker's parts together as the settings say."""

from collections.abc import Mapping
from pathlib import Path

from temporalio.client import Client

from activities.delegation_mails import DelegationMailSetup
from activities.reports import ReportSetup
from activities.summaries import SummarySetup
from bootstrap.channels import contracts, gitlab, health, letters_of, mail, plan
from bootstrap.doctor import awx_timings
from bootstrap.documents import documents
from bootstrap.keys import signer
from bootstrap.outlets import checkpoint_setup
from bootstrap.registration import Registration
from bootstrap.siem import sinks
from bootstrap.trail import trail_repository
from clients.awx.client import AwxClient
from clients.channel import ChannelClient
from clients.contract.differ import Differ
from domain.announcement import Channel
from domain.audience import Language
from domain.documents import DocumentFormat, DocumentKind
from domain.reports import BEGINNING, ReportOrder
from record.git.repository import Repository
from record.index.reader import Index
from settings import Settings


def worker_folder(settings: Settings) -> Path:
    """The folder of what a worker keeps."""
    return settings.data_dir / "worker"


def registered(
    settings: Settings,
    temporal: Client,
    repository: Repository,
    awx: AwxClient,
    channels: Mapping[Channel, ChannelClient],
) -> Registration:
    """Everything that a worker runs. Raises SettingsError, CannotServe, PayloadKeysUnusable, CertificateUnusable."""
    folder, own_key = worker_folder(settings), signer(settings)
    audit = trail_repository(settings, folder)
    return Registration(
        client=temporal,
        task_queue=settings.task_queue,
        repository=repository,
        index=Index(repository, folder / "index.db"),
        awx=awx,
        timings=awx_timings(settings),
        channel_clients=channels,
        plan=plan(settings),
        signer=own_key,
        checkpoints=checkpoint_setup(settings, repository, own_key, audit),
        audit=audit,
        sinks=sinks(settings, audit),
        gitlab=gitlab(settings),
        contracts=contracts(settings),
        differ=Differ(settings.oasdiff),
        probe=health(settings),
        reports=report_setup(settings),
        summaries=summary_setup(settings),
        delegation_mails=delegation_mail_setup(settings),
    )


def summary_setup(settings: Settings) -> SummarySetup | None:
    """The way of daily summaries; None without a mail server."""
    if settings.smtp_url is None:
        return None
    return SummarySetup(mail(settings, settings.smtp_url.get_secret_value(), letters_of(settings)), settings.time_zone)


def delegation_mail_setup(settings: Settings) -> DelegationMailSetup | None:
    """The way in which a delegation's people are mailed; None without a mail server."""
    if settings.smtp_url is None:
        return None
    mails = mail(settings, settings.smtp_url.get_secret_value(), letters_of(settings))
    return DelegationMailSetup(mails, settings.announce_for)


def report_setup(settings: Settings) -> ReportSetup:
    """The parts that the worker makes reports with. Raises PayloadKeysUnusable."""
    return ReportSetup(documents(settings), settings.time_zone, settings.git_branch)


def monthly_order(settings: Settings) -> ReportOrder | None:
    """The order of every tenant's report of the month before it is due; None where the settings want none."""
    if not settings.reports_monthly:
        return None
    forms, language = (DocumentFormat.PDF, DocumentFormat.XLSX), Language(settings.language)
    return ReportOrder(kind=DocumentKind.MONTHLY_REPORT, forms=forms, language=language, at=BEGINNING)
