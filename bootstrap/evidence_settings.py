"""The settings of what is looked up about a request: contracts, test evidence, and the health of what was deployed."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, SecretStr, StringConstraints

from bootstrap.setting_types import Network, listed


class EvidenceSettings(BaseModel):
    """Fields of `settings.Settings`."""

    oasdiff: Path | None = Field(
        None, description="The program oasdiff, which compares APIs' contracts; none are compared without. Worker only."
    )
    contract_allow: Annotated[tuple[Network, ...], BeforeValidator(listed)] = Field(
        (),
        description="Networks where contracts may be besides public addresses, separated by spaces; also without TLS.",
    )
    contract_ca_bundle: Path | None = Field(
        None, description="CA certificates for the hosts of contracts, if the system's are not enough."
    )
    health_allow: Annotated[tuple[Network, ...], BeforeValidator(listed)] = Field(
        (),
        description="Networks that health checks may call besides public addresses, separated by spaces; also without "
        "TLS. Worker only.",
    )
    health_ca_bundle: Path | None = Field(
        None, description="CA certificates for health checks and for Prometheus, if the system's are not enough."
    )
    prometheus_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#@]+$")] | None = Field(
        None,
        description="Address of the Prometheus that health checks query, such as https://prometheus.example; without "
        "one, a check that queries it does not hold. Worker only.",
    )
    prometheus_token: SecretStr | None = Field(
        None, description="Bearer token for that Prometheus, if it asks for one. Worker only."
    )
    gitlab_tokens: Path | None = Field(
        None,
        description="JSON file of GitLab tokens (scope `read_api`) by the `tokenName` of `platform.yaml`; without one, "
        "no test evidence is checked. Worker only.",
    )
    gitlab_ca_bundle: Path | None = Field(
        None, description="CA certificates for GitLab, if the system's are not enough."
    )
