"""The settings of what is looked up about a request: contracts of APIs, and test evidence in GitLab."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

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
    gitlab_tokens: Path | None = Field(
        None,
        description="JSON file of GitLab tokens (scope `read_api`) by the `tokenName` of `platform.yaml`; without one, "
        "no test evidence is checked. Worker only.",
    )
    gitlab_ca_bundle: Path | None = Field(
        None, description="CA certificates for GitLab, if the system's are not enough."
    )
