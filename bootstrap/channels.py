"""The channels that announcements go out by, and what evidence is read from: those that the settings name."""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from email.headerregistry import Address
from pathlib import Path

from bootstrap.push import push_key, web_push
from clients.channel import ChannelClient
from clients.contract.reader import ContractReader
from clients.gitlab.client import GitLabReader, read_tokens
from clients.health.probe import HealthProbe, Prometheus
from clients.kafka.channel import Brokers, Kafka, Security
from clients.letters import Letters
from clients.mail.channel import Mail, MailServer
from clients.secrets_file import SecretsUnusable
from clients.slack.channel import Slack, web_client
from clients.tls import certificate
from clients.webhook.channel import Webhooks
from clients.webhook.sender import WebhookSender, read_secrets
from domain.announcement import Channel, Plan
from domain.audience import Language
from domain.ticket import Impact
from record.git.repository import Repository
from settings import Settings, SettingsError, plain, variable

_LOG = logging.getLogger(__name__)


@asynccontextmanager
async def channel_clients(settings: Settings, repository: Repository) -> AsyncIterator[Mapping[Channel, ChannelClient]]:
    """The clients of the channels that are set up; nothing is said of the others. Raises SettingsError."""
    letters = letters_of(settings)
    found: dict[Channel, ChannelClient] = {}
    async with AsyncExitStack() as stack:
        if settings.smtp_url:
            found[Channel.MAIL] = mails = mail(settings, settings.smtp_url.get_secret_value(), letters)
            stack.push_async_callback(mails.close)
        if settings.slack_token:
            client = web_client(settings.slack_token.get_secret_value(), settings.slack_api_url)
            found[Channel.SLACK] = Slack(client, settings.slack_channel, letters, settings.slack_decisions)
        if settings.kafka_brokers:
            found[Channel.KAFKA] = kafka = Kafka(
                brokers(settings, settings.kafka_brokers), settings.kafka_topic, source(settings)
            )
            stack.push_async_callback(kafka.close)
        if settings.webhook_secrets:
            found[Channel.WEBHOOK] = webhooks(settings, settings.webhook_secrets)
        if key := push_key(settings):
            found[Channel.PUSH] = web_push(settings, key, letters, repository)
        _LOG.info("announces by %s", ", ".join(found) or "no channel")
        yield found


def letters_of(settings: Settings) -> Letters:
    """The words of mails and messages."""
    return Letters(settings.public_url, Language(settings.language), settings.time_zone)


def plan(settings: Settings) -> Plan:
    """The plan by which this installation announces."""
    hours = zip(Impact, settings.remind_after, strict=True)
    return Plan(
        remind_after={impact: timedelta(hours=each) for impact, each in hours},
        warn_before=settings.expiry_warning,
        patience=settings.announce_for,
        expiry=settings.expiry,
    )


def brokers(settings: Settings, servers: str) -> Brokers:
    """The Kafka cluster, and what it takes to get in."""
    return Brokers(
        servers,
        Security(settings.kafka_security),
        settings.kafka_mechanism,
        settings.kafka_user,
        plain(settings.kafka_password),
        settings.kafka_ca_bundle,
        certificate(settings.kafka_client_cert, settings.kafka_client_key),
    )


def source(settings: Settings) -> str:
    """The installation, as events name it."""
    return f"{settings.public_url.rstrip('/')}/v1/requests/prod"


def webhooks(settings: Settings, secrets: Path) -> Webhooks:
    """The webhooks of tenants. Raises SettingsError where their secrets can't be used."""
    try:
        known = read_secrets(secrets)
    except SecretsUnusable as error:
        raise SettingsError(f"{variable('webhook_secrets')}: {error}") from error
    sender = WebhookSender(known, settings.webhook_allow, settings.webhook_ca_bundle)
    return Webhooks(sender, source(settings))


def contracts(settings: Settings) -> ContractReader:
    """The reader of APIs' contracts."""
    return ContractReader(settings.contract_allow, settings.contract_ca_bundle)


def health(settings: Settings) -> HealthProbe:
    """The probe of what was deployed."""
    token = plain(settings.prometheus_token)
    prometheus = None if settings.prometheus_url is None else Prometheus(settings.prometheus_url, token)
    return HealthProbe(settings.health_allow, settings.health_ca_bundle, prometheus)


def gitlab(settings: Settings) -> GitLabReader:
    """The reader of test evidence. Raises SettingsError where its tokens can't be used."""
    if settings.gitlab_tokens is None:
        return GitLabReader()
    try:
        return GitLabReader(read_tokens(settings.gitlab_tokens), settings.gitlab_ca_bundle)
    except SecretsUnusable as error:
        raise SettingsError(f"{variable('gitlab_tokens')}: {error}") from error


def mail(settings: Settings, url: str, letters: Letters) -> Mail:
    """A conversation with the mail server."""
    shown = certificate(settings.smtp_client_cert, settings.smtp_client_key)
    server = MailServer.at(url, settings.smtp_ca_bundle, shown)
    return Mail(server, Address("Prodgate", addr_spec=settings.mail_from), letters)
