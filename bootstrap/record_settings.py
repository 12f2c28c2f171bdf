"""The first settings: where Prodgate runs, its record, the audit trail and who is sent it, and AWX."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, SecretStr

from bootstrap.setting_types import Seconds, seconds


class Mode(StrEnum):
    DEMO = "demo"
    PRODUCTION = "production"


class RecordSettings(BaseModel):
    """Fields of `settings.Settings`, which come first in it."""

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
    reconcile_every: Seconds = Field(
        timedelta(minutes=10), description="Seconds between two looks for promotions that the engine has lost."
    )
