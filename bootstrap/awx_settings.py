"""The settings of AWX: how it is reached, and how long it may take."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, SecretStr

from bootstrap.setting_types import Seconds, seconds


class AwxSettings(BaseModel):
    """Fields of `settings.Settings`."""

    awx_url: str | None = Field(
        None, pattern="^https?://", description="AWX's API root, such as `https://awx.example/api/`. Worker only."
    )
    awx_token: SecretStr | None = Field(None, description="AWX token with write scope; or user and password.")
    awx_user: str | None = Field(None, description="AWX user for Basic authentication, where there is no token.")
    awx_password: SecretStr | None = Field(None, description="Password of that user.")
    awx_template: str = Field("Deploy to PROD", description="Name or id of the job template that deploys.")
    awx_ca_bundle: Path | None = Field(None, description="CA certificates for AWX, if the system's are not enough.")
    awx_client_cert: Path | None = Field(
        None, description="Certificate with its chain, PEM, to show to AWX, where it asks for one."
    )
    awx_client_key: Path | None = Field(None, description="Its private key, where that is in a file of its own.")
    awx_callback_secret: SecretStr | None = Field(
        None, description="What AWX sends as `X-Prodgate-Secret`, or as the Basic password. API only."
    )
    awx_policy_token: SecretStr | None = Field(
        None,
        description="Token by which AWX's policy hook asks before a job runs (its OPA_AUTH_TOKEN). API only.",
    )
    awx_request_lifetime: Seconds = Field(
        timedelta(seconds=150),
        description="Seconds after which AWX can no longer act on an unanswered launch (its gateway gives up at 120).",
    )
    awx_pending_deadline: Seconds = Field(
        timedelta(hours=1), description="Seconds an AWX job may wait to start before the outcome is called unknown."
    )
    awx_grant_life: Seconds | None = Field(
        None,
        description="Seconds in which the playbook takes a launch's grant; five minutes beyond the pending deadline.",
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
        timedelta(minutes=1), description="Seconds between two searches for AWX jobs that no ticket explains."
    )
