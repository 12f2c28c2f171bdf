"""Every setting, one frozen object. Only entry points read it; the rest is given values.

Temporal's own settings (`TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_TLS`, `TEMPORAL_API_KEY`, …) are read by
`temporalio.envconfig` and are not repeated here.
"""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from bootstrap.channel_settings import ChannelSettings
from bootstrap.record_settings import Mode as Mode
from bootstrap.record_settings import RecordSettings
from bootstrap.setting_types import Email, Origin, Seconds, counts, listed, zone
from bootstrap.variables import variable as variable


class SettingsError(Exception):
    """A setting is missing or wrong; `str()` names the variable and says what it must be, a line a fault."""


class Settings(ChannelSettings, RecordSettings):
    """Field `x_y` is the variable `PRODGATE_X_Y`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True)

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
    otlp_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#]+$",
        description="OTLP collector that is sent traces, with `/v1/traces`; none are made without. Worker and API.",
    )
    otlp_token: SecretStr | None = Field(None, description="Bearer token for that collector.")
    trace_share: float = Field(
        1.0, ge=0, le=1, description="Share of requests that are traced, whole, from 0 to 1; the same in both."
    )
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


def variables() -> dict[str, str]:
    """Every variable with its description, in the order of the fields."""
    return {variable(name): field.description or "" for name, field in Settings.model_fields.items()}


def _sentence(fault: Mapping[str, Any]) -> str:
    if fault["type"] == "missing":
        return f"{variable(str(fault['loc'][0]))} must be set"
    where = variable(str(fault["loc"][0])) + ": " if fault["loc"] else ""
    return where + str(fault["msg"]).removeprefix("Value error, ")
