"""The channels that announcements go out by: those that the settings name, each with its outlet."""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from email.headerregistry import Address

from temporalio.client import Client

from activities.announcing import Announcer, Tell, tell_nobody
from clients.channel import Logged, Outlet
from clients.kafka import Brokers, Kafka, Security
from clients.letters import Letters
from clients.mail import Mail, MailServer
from clients.slack import Slack, web_client
from domain.announcement import Channel, Plan
from domain.audience import Language
from domain.ticket import Impact
from settings import Mode, Settings, plain

_LOG = logging.getLogger(__name__)


@asynccontextmanager
async def outlets(settings: Settings) -> AsyncIterator[Mapping[Channel, Outlet]]:
    """The outlets that are set up; in demo mode, the others write to the log."""
    letters = Letters(settings.public_url, Language(settings.language), settings.time_zone)
    found: dict[Channel, Outlet] = {}
    async with AsyncExitStack() as stack:
        if settings.smtp_url:
            found[Channel.MAIL] = _mail(settings, settings.smtp_url.get_secret_value(), letters)
        if settings.slack_token:
            client = web_client(settings.slack_token.get_secret_value(), settings.slack_api_url)
            found[Channel.SLACK] = Slack(client, settings.slack_channel, letters, settings.slack_decisions)
        if settings.kafka_brokers:
            found[Channel.KAFKA] = kafka = _kafka(settings, settings.kafka_brokers)
            stack.push_async_callback(kafka.close)
        for channel in Channel:
            if channel not in found and settings.mode is Mode.DEMO:
                found[channel] = Logged()
        _LOG.info("announces by %s", ", ".join(found) or "no channel")
        yield found


def teller(settings: Settings, temporal: Client, channels: Mapping[Channel, Outlet]) -> Tell:
    """What makes recorded changes known to those who announce them."""
    if not channels:
        return tell_nobody
    seconds = (settings.expiry_warning.total_seconds(), settings.announce_for.total_seconds())
    plan = Plan(
        channels=tuple(channel for channel in Channel if channel in channels),
        remind_after=0,
        warn_before=round(seconds[0]),
        patience=round(seconds[1]),
    )
    hours = dict(zip(Impact, (timedelta(hours=each) for each in settings.remind_after), strict=True))
    return Announcer(temporal, settings.task_queue, plan, hours).tell


def _kafka(settings: Settings, servers: str) -> Kafka:
    brokers = Brokers(
        servers,
        Security(settings.kafka_security),
        settings.kafka_mechanism,
        settings.kafka_user,
        plain(settings.kafka_password),
        settings.kafka_ca_bundle,
    )
    return Kafka(brokers, settings.kafka_topic, f"{settings.public_url.rstrip('/')}/v1/requests/prod")


def _mail(settings: Settings, url: str, letters: Letters) -> Mail:
    return Mail(MailServer.at(url, settings.smtp_ca_bundle), Address("Prodgate", addr_spec=settings.mail_from), letters)
