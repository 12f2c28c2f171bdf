"""The settings of announcements, and of the channels that they go by."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, SecretStr

from bootstrap.setting_types import Hours, Network, Seconds, SmtpUrl, listed


class ChannelSettings(BaseModel):
    """Fields of `settings.Settings`."""

    language: Literal["en", "fr"] = Field(
        "en", description="`en` or `fr`: of Slack, and of mails to people whose entry names none."
    )
    smtp_url: SmtpUrl | None = Field(
        None, description="Mail server, `smtp[s]://[user:password@]host[:port]`; no mail without. Worker only."
    )
    smtp_ca_bundle: Path | None = Field(None, description="CA certificates for it, if the system's are not enough.")
    smtp_client_cert: Path | None = Field(
        None, description="Certificate with its chain, PEM, to show to the mail server, where it asks for one."
    )
    smtp_client_key: Path | None = Field(None, description="Its private key, where that is in a file of its own.")
    mail_from: str = Field(
        "prodgate@localhost", pattern=r"^[A-Za-z0-9._%+'-]+@[A-Za-z0-9.-]+$", description="Address that mails are from."
    )
    kafka_brokers: str | None = Field(
        None, pattern=r"^[^\s,:]+:[0-9]+(,[^\s,:]+:[0-9]+)*$", description="Kafka, `host:port,…`; no events without."
    )
    kafka_topic: str = Field(
        "promotion-requests", pattern=r"^[A-Za-z0-9._-]{1,249}$", description="Topic of the events."
    )
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="`PLAINTEXT`, `SSL`, `SASL_PLAINTEXT` or `SASL_SSL`, as the cluster asks."
    )
    kafka_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "PLAIN", description="How one logs in: `PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`."
    )
    kafka_user: str | None = Field(None, description="User for SASL.")
    kafka_password: SecretStr | None = Field(None, description="Password of that user.")
    kafka_ca_bundle: Path | None = Field(None, description="CA certificates for Kafka, if the system's are not enough.")
    kafka_client_cert: Path | None = Field(
        None, description="Certificate with its chain, PEM, to show to Kafka, where it asks for one."
    )
    kafka_client_key: Path | None = Field(None, description="Its private key, where that is in a file of its own.")
    slack_token: SecretStr | None = Field(
        None, description="Slack's bot token, scope `chat:write`; no messages without. The API needs it for decisions."
    )
    slack_channel: str = Field(
        "#promotions", min_length=1, description="Channel, by id or `#name`, for tenants whose file names none."
    )
    slack_signing_secret: SecretStr | None = Field(None, description="What Slack signs its requests with. API only.")
    slack_decisions: bool = Field(
        False, description="`true` lets people approve and reject in Slack, up to medium impact. Worker and API."
    )
    slack_api_url: str = Field("https://slack.com/api/", pattern="^https?://", description="Root of Slack's Web API.")
    webhook_secrets: Path | None = Field(
        None,
        description="JSON file of the secrets that webhooks are signed with: `whsec_…`, or a list of them, by "
        "`<tenant>/<secretName>`; no webhooks without. Worker only, as all of webhooks.",
    )
    webhook_allow: Annotated[tuple[Network, ...], BeforeValidator(listed)] = Field(
        (),
        description="Networks that webhooks may call besides public addresses, separated by spaces; also without TLS.",
    )
    webhook_ca_bundle: Path | None = Field(
        None, description="CA certificates for webhooks' receivers, if the system's are not enough."
    )
    push_key: Path | None = Field(
        None,
        description="File with the key by which push services know us (`prodgate push key`); without, nobody is "
        "notified in a browser. Worker and API.",
    )
    push_allow: Annotated[tuple[Network, ...], BeforeValidator(listed)] = Field(
        (),
        description="Networks where push services may be besides public addresses, separated by spaces. Worker only.",
    )
    push_ca_bundle: Path | None = Field(
        None, description="CA certificates for push services, if the system's are not enough."
    )
    announce_for: Seconds = Field(
        timedelta(days=3), description="Seconds after which an announcement that can't be delivered is given up."
    )
    remind_after: Annotated[tuple[Hours, Hours, Hours, Hours], BeforeValidator(listed)] = Field(
        (24, 24, 8, 4),
        description="Hours after which approvers are reminded first: for impact low, medium, high, critical.",
    )
    expiry_warning: Seconds = Field(
        timedelta(days=3), description="Seconds before a request expires at which its requester is warned."
    )
