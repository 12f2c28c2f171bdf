"""The settings of the audit trail, and of the SIEM that is sent it."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, SecretStr


class AuditSettings(BaseModel):
    """Fields of `settings.Settings`."""

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
        None, description="CA certificates for all of these, if the system's are not enough."
    )
