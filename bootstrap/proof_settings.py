"""The settings of proof: the keys of API and worker, and where checkpoints go."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, SecretStr

from bootstrap.setting_types import Email, listed


class ProofSettings(BaseModel):
    """Fields of `settings.Settings`."""

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
    tsa_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s/?#@]+([/?][^\s#]*)?$",
        description="Address of a time-stamping authority (RFC 3161), which is asked for the time of each checkpoint.",
    )
    tsa_ca_bundle: Path | None = Field(None, description="CA certificates for it, if the system's are not enough.")
