"""Every setting, one frozen object. Only entry points read it; the rest is given values.

Temporal's own settings (`TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_TLS`, `TEMPORAL_API_KEY`, …) are read by
`temporalio.envconfig` and are not repeated here.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from bootstrap.setting_types import Email, Hours, Network, Origin, Seconds, SmtpUrl, counts, listed, seconds, zone

PREFIX = "PRODGATE_"


class SettingsError(Exception):
    """A setting is missing or wrong; `str()` names the variable and says what it must be, a line a fault."""


class Mode(StrEnum):
    DEMO = "demo"
    PRODUCTION = "production"


class Settings(BaseModel):
    """Field `x_y` is the variable `PRODGATE_X_Y`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True)

    mode: Mode = Field(Mode.DEMO, description="`demo`, or `production`, which refuses the demo's identity provider.")
    data_dir: Path = Field(
        Path(".data"), description="Folder for what this process keeps: clones, the index, the demo's state."
    )
    public_url: str = Field(
        "http://127.0.0.1:8080",
        pattern="^https?://",
        description="Where people reach the console and the API, as they type it; links lead there.",
    )
    git_repo: str = Field(min_length=1, description="The GitOps repository: the path of a bare one, or a URL to clone.")
    git_branch: str = Field("main", min_length=1, description="The branch that is the record.")
    git_token: SecretStr | None = Field(None, description="Token for an https URL of the repository.")
    audit_repo: str | None = Field(
        None,
        min_length=1,
        description="Git repository of the audit trail, a bare one's path or a URL; without, a log. API and worker.",
    )
    audit_token: SecretStr | None = Field(None, description="Token for an https URL of that repository.")
    siem_syslog: str | None = Field(
        None,
        pattern=r"^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):[0-9]{1,5}$",
        description="Syslog collector that is sent the audit trail over TLS, `host:port`. Worker only, as all of SIEM.",
    )
    siem_client_cert: Path | None = Field(
        None, description="Certificate with its chain, PEM, to show to that collector, where it asks for one."
    )
    siem_client_key: Path | None = Field(None, description="Its private key, where that is in a file of its own.")
    siem_https_url: str | None = Field(
        None, pattern="^https://", description="Address that is posted the audit trail, in batches."
    )
    siem_https_form: Literal["json", "hec"] = Field(
        "json", description="`json` for an array with a bearer token, `hec` for Splunk's HTTP Event Collector."
    )
    siem_https_token: SecretStr | None = Field(None, description="Token for that address.")
    siem_otlp_url: str | None = Field(
        None, pattern="^https://", description="OTLP collector that is sent the audit trail as logs, with `/v1/logs`."
    )
    siem_otlp_token: SecretStr | None = Field(None, description="Bearer token for that collector.")
    siem_ca_bundle: Path | None = Field(
        None, description="CA certificates for all of these, where the system's don't do."
    )
    awx_url: str | None = Field(
        None, pattern="^https?://", description="AWX's API root, such as `https://awx.example/api/`. Worker only."
    )
    awx_token: SecretStr | None = Field(None, description="AWX token with write scope; or user and password.")
    awx_user: str | None = Field(None, description="AWX user for Basic authentication, where there is no token.")
    awx_password: SecretStr | None = Field(None, description="Password of that user.")
    awx_template: str = Field("Deploy to PROD", description="Name or id of the job template that deploys.")
    awx_ca_bundle: Path | None = Field(None, description="CA certificates for AWX, where the system's don't do.")
    awx_client_cert: Path | None = Field(
        None, description="Certificate with its chain, PEM, to show to AWX, where it asks for one."
    )
    awx_client_key: Path | None = Field(None, description="Its private key, where that is in a file of its own.")
    awx_callback_secret: SecretStr | None = Field(
        None, description="What AWX sends as `X-Prodgate-Secret`, or as the Basic password. API only."
    )
    awx_request_lifetime: Seconds = Field(
        timedelta(seconds=150),
        description="Seconds after which AWX can no longer act on an unanswered launch (its gateway gives up at 120).",
    )
    awx_pending_deadline: Seconds = Field(
        timedelta(hours=1), description="Seconds an AWX job may wait to start before the outcome is called unknown."
    )
    awx_running_deadline: Seconds = Field(
        timedelta(hours=4), description="Seconds an AWX job may run before the outcome is called unknown."
    )
    awx_report_within: Annotated[timedelta, BeforeValidator(seconds), Field(ge=timedelta(0))] = Field(
        timedelta(seconds=30),
        description="Seconds to wait for AWX's callback of a job's end before polling; 0 if there are no callbacks.",
    )
    awx_settle: Seconds = Field(
        timedelta(seconds=60),
        description="Seconds after a job's end in which AWX may still correct 'lost' to 'successful'.",
    )
    awx_watch_every: Seconds = Field(
        timedelta(minutes=10), description="Seconds between two searches for AWX jobs that no ticket explains."
    )
    language: Literal["en", "fr"] = Field(
        "en", description="`en` or `fr`: of Slack, and of mails to people whose entry names none."
    )
    smtp_url: SmtpUrl | None = Field(
        None, description="Mail server, `smtp[s]://[user:password@]host[:port]`; no mail without. Worker only."
    )
    smtp_ca_bundle: Path | None = Field(None, description="CA certificates for it, where the system's don't do.")
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
    kafka_ca_bundle: Path | None = Field(None, description="CA certificates for Kafka, where the system's don't do.")
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
        None, description="CA certificates for webhooks' receivers, where the system's don't do."
    )
    oasdiff: Path | None = Field(
        None, description="The program oasdiff, which compares APIs' contracts; none are compared without. Worker only."
    )
    contract_allow: Annotated[tuple[Network, ...], BeforeValidator(listed)] = Field(
        (),
        description="Networks where contracts may be besides public addresses, separated by spaces; also without TLS.",
    )
    contract_ca_bundle: Path | None = Field(
        None, description="CA certificates for the hosts of contracts, where the system's don't do."
    )
    gitlab_tokens: Path | None = Field(
        None,
        description="JSON file of GitLab tokens (scope `read_api`) by the `tokenName` of `platform.yaml`; without one, "
        "no test evidence is checked. Worker only.",
    )
    gitlab_ca_bundle: Path | None = Field(None, description="CA certificates for GitLab, where the system's don't do.")
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
    oidc_issuer: str | None = Field(
        None, pattern="^https?://", description="Issuer URL of the OpenID provider; its keys are found by discovery."
    )
    oidc_audience: str = Field("prodgate", description="Audience that a token must name (`aud`).")
    oidc_email_claim: str = Field("email", min_length=1, description="Claim that holds a person's e-mail address.")
    oidc_unverified_email: Literal["refuse", "accept"] = Field(
        "refuse", description="`accept` for a provider that never says `email_verified`, and lets nobody choose theirs."
    )
    oidc_client_id: str = Field(
        "prodgate", min_length=1, description="The console's client id at the provider: a public client with PKCE."
    )
    oidc_scope: str = Field("openid email profile", min_length=1, description="Scopes that the console asks for.")
    oidc_token_lifetime: Annotated[Seconds, Field(le=timedelta(days=7))] = Field(
        timedelta(hours=24), description="Seconds after its `iat` at which a token is refused, whatever its `exp`."
    )
    critical_sign_in_within: Seconds = Field(
        timedelta(minutes=15), description="Seconds that a sign-in may be old for a decision on critical impact."
    )
    requests_per_minute_person: int = Field(1_200, ge=1, description="Requests a minute that one person may send.")
    requests_per_minute_address: int = Field(6_000, ge=1, description="Requests a minute from one network address.")
    limits_url: Annotated[SecretStr, AfterValidator(counts)] | None = Field(
        None,
        description="Redis or Valkey where APIs count requests together, `redis[s]://` or `valkey[s]://…`. API only.",
    )
    cors_origins: Annotated[tuple[Origin, ...], BeforeValidator(listed)] = Field(
        (),
        description="Origins whose pages may call the API and have the custom elements, by spaces; its own needs none.",
    )
    console_dir: Path | None = Field(None, description="Folder of the built console; a clone's own is `console/dist`.")
    temporal_ui_url: str | None = Field(
        None, pattern="^https?://", description="The Temporal UI, for the console's links to workflows."
    )
    awx_ui_url: str | None = Field(None, pattern="^https?://", description="AWX's pages, for its links to jobs.")
    repository_ui_url: str | None = Field(
        None, pattern="^https?://", description="The GitOps repository's pages, for its links to commits."
    )
    worker_key: Path | None = Field(
        None,
        description="File with the private key that the service's own acts are signed with (`prodgate keys rotate "
        "--class service`). Worker only; must be set once the record has such a key.",
    )
    signing_key: Path | None = Field(
        None, description="File with the private key that decisions are signed with (`prodgate keys rotate`). API only."
    )
    payload_keys: Path | None = Field(
        None,
        description="File with keys that encrypt what Temporal keeps (`prodgate keys payload rotate`). Worker and API.",
    )
    checkpoints_dir: Path | None = Field(
        None, description="Folder that checkpoints are put into, a file each. Worker only, as all of checkpoints."
    )
    checkpoints_bucket: str | None = Field(
        None,
        pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]{0,200})?$",
        description="Bucket that checkpoints are put into: `s3://bucket/folder`.",
    )
    checkpoints_s3_endpoint: str | None = Field(
        None, pattern="^https?://", description="Address of that bucket's server, where it is not Amazon's own."
    )
    checkpoints_s3_region: str = Field("us-east-1", pattern="^[a-z0-9-]{1,40}$", description="Region of the bucket.")
    checkpoints_s3_key_id: str | None = Field(
        None, description="Access key for the bucket; without one, the machine's own role or `AWS_` variables."
    )
    checkpoints_s3_secret: SecretStr | None = Field(None, description="Secret of that access key.")
    checkpoints_topic: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9._-]{1,249}$",
        description="Topic of checkpoints, on the events' Kafka cluster.",
    )
    checkpoints_mail: Annotated[tuple[Email, ...], BeforeValidator(listed)] = Field(
        (), description="Addresses that checkpoints are mailed to, separated by spaces."
    )
    documents_url: str | None = Field(
        None,
        pattern=r"^(file:///|s3://|gs://|az://)[^\s?#]+$",
        description="Store of reports and other documents: `file:///folder`, `s3://bucket/folder`, `gs://…`, `az://…`; "
        "without, `documents` in the data folder. The way in are the store's own variables (`AWS_…`, `GOOGLE_…`, "
        "`AZURE_…`). Worker and API.",
    )
    documents_keys: Path | None = Field(
        None, description="File with the keys that encrypt documents (`prodgate documents rotate`). Worker and API."
    )
    documents_keep: Seconds = Field(
        timedelta(days=400), description="Seconds after which `prodgate documents purge` removes a document."
    )
    links_live: Annotated[Seconds, Field(le=timedelta(hours=1))] = Field(
        timedelta(minutes=15), description="Seconds for which a link to a document works, once. API only."
    )
    links_per_minute: int = Field(
        30, ge=1, description="Links a minute, and looks at calendars, that one person may make or use."
    )
    reports_monthly: bool = Field(
        True, description="`true` has last month's reports made on the first, in `PRODGATE_TIME_ZONE`. Worker only."
    )
    expiry: Seconds = Field(
        timedelta(days=30), description="Seconds after which a request that nobody decided expires."
    )
    answer_within: Seconds = Field(
        timedelta(seconds=5), description="Seconds to wait for the Git commit before answering 202."
    )
    creates_in_flight: int = Field(
        32, ge=1, description="Creations that one API process lets run at once; more wait their turn."
    )
    creates_in_flight_person: int = Field(
        4, ge=1, description="Of these, how many are one person's; that person's others wait, and block nobody else."
    )
    open_requests_person: int = Field(
        50, ge=1, description="Open requests that one person may have: pending, approved or being deployed. API only."
    )
    time_zone: Annotated[ZoneInfo, BeforeValidator(zone)] = Field(
        ZoneInfo("UTC"),
        description="Time zone of times in mails and Slack, and of 'today' and 'this week' in the statistics.",
    )
    task_queue: str = Field("prodgate", min_length=1, description="Temporal task queue of the worker.")
    worker_deployment: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$",
        description="Name of a Temporal Worker Deployment: with it, only the current build gets work. Worker only.",
    )
    build_id: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$",
        description="Name of this build in Temporal; without it, version and commit, if they are known.",
    )
    worker_health_host: str = Field(
        "127.0.0.1", description="Address of the worker's /healthz, /readyz and /metrics; 0.0.0.0 in a container."
    )
    worker_health_port: int = Field(8081, ge=0, le=65535, description="Port of the same.")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="How much is logged.")

    @model_validator(mode="after")
    def _the_demos_provider_stays_in_the_demo(self) -> Self:
        """OpenID Connect asks for https; the demo's provider, which lets anybody in as anybody, has none."""
        if self.mode is Mode.PRODUCTION and self.oidc_issuer and not self.oidc_issuer.startswith("https:"):
            raise ValueError("PRODGATE_OIDC_ISSUER: must be an https address in production mode, as no demo's is")
        return self

    @model_validator(mode="after")
    def _a_key_goes_with_a_certificate(self) -> Self:
        for name in ("awx", "smtp", "kafka", "siem"):
            if getattr(self, f"{name}_client_key") and not getattr(self, f"{name}_client_cert"):
                raise ValueError(f"{variable(f'{name}_client_cert')} must be set where the key is")
        return self

    @property
    def readable_histories(self) -> bool:
        """Tells whether production goes without payload keys, so that whoever reaches Temporal reads promotions."""
        return self.mode is Mode.PRODUCTION and self.payload_keys is None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], *needed: str) -> Self:
        """The settings that the variables spell; an empty variable counts as not set.

        `needed` are fields that this entry point can't do without and another can. Raises SettingsError.
        """
        known = {name: value for name in cls.model_fields if (value := environment.get(variable(name)))}
        missing = [f"{variable(name)} must be set" for name in needed if name not in known]
        try:
            settings = cls.model_validate(known)
        except ValidationError as error:
            raise SettingsError("\n".join([*map(_sentence, error.errors(include_input=False)), *missing])) from None
        if missing:
            raise SettingsError("\n".join(missing))
        return settings


def plain(secret: SecretStr | None) -> str | None:
    """The text of a secret, for the one who has to send it."""
    return secret.get_secret_value() if secret else None


def variable(name: str) -> str:
    """The environment variable of a field."""
    return PREFIX + name.upper()


def variables() -> dict[str, str]:
    """Every variable with its description, in the order of the fields."""
    return {variable(name): field.description or "" for name, field in Settings.model_fields.items()}


def _sentence(fault: Mapping[str, Any]) -> str:
    if fault["type"] == "missing":
        return f"{variable(str(fault['loc'][0]))} must be set"
    where = variable(str(fault["loc"][0])) + ": " if fault["loc"] else ""
    return where + str(fault["msg"]).removeprefix("Value error, ")
