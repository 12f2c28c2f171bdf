"""Every setting, one frozen object. Only entry points read it; the rest is given values.

Temporal's own settings (`TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_TLS`, `TEMPORAL_API_KEY`, …) are read by
`temporalio.envconfig` and are not repeated here.
"""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Self
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

from bootstrap.audit_settings import AuditSettings
from bootstrap.awx_settings import AwxSettings
from bootstrap.channel_settings import ChannelSettings
from bootstrap.document_settings import DocumentSettings
from bootstrap.evidence_settings import EvidenceSettings
from bootstrap.identity_settings import IdentitySettings
from bootstrap.proof_settings import ProofSettings
from bootstrap.record_settings import Mode as Mode
from bootstrap.record_settings import RecordSettings
from bootstrap.setting_types import Origin, Seconds, counts, listed, zone
from bootstrap.variables import variable as variable


class SettingsError(Exception):
    """A setting is missing or wrong; `str()` names the variable and says what it must be, a line a fault."""


class Settings(
    DocumentSettings,
    ProofSettings,
    IdentitySettings,
    EvidenceSettings,
    ChannelSettings,
    AwxSettings,
    AuditSettings,
    RecordSettings,
):
    """Field `x_y` is the variable `PRODGATE_X_Y`. The bases' fields come first, the last base's before all others'.

    A setting of a base's subject is a field there; here are limits, the console, requests, the engine and processes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True)

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
    reconcile_every: Seconds = Field(
        timedelta(minutes=10), description="Seconds between two looks for promotions that the engine has lost."
    )
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
