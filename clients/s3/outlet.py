"""A bucket of checkpoints, an object each, over the S3 protocol; no object is ever written over."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from clients.letters import one_line
from clients.outlet import HAND_OUT_WITHIN, Allowed, OutletDown
from domain.checkpoint import SignedCheckpoint

if TYPE_CHECKING:
    from obstore.store import S3Config  # a shape that exists for type checkers alone

_AT_MOST = timedelta(seconds=HAND_OUT_WITHIN)


@dataclass(frozen=True)
class Bucket:
    """A bucket, the folder in it, and what it takes to write there.

    Without a key, the machine's own way in is used: `AWS_` variables, web identity, or the instance's role.
    """

    name: str
    prefix: str = ""
    region: str = "us-east-1"
    endpoint: str | None = None
    key_id: str | None = None
    secret: str | None = None

    def store(self) -> S3Store:
        """The client; no connection is made yet."""
        given: S3Config = {"region": self.region}
        if self.endpoint is not None:
            given["endpoint"] = self.endpoint
        if self.key_id is not None and self.secret is not None:
            given["access_key_id"], given["secret_access_key"] = self.key_id, self.secret
        return S3Store(
            self.name,
            prefix=self.prefix or None,
            config=given,
            client_options={"allow_http": (self.endpoint or "").startswith("http:"), "timeout": _AT_MOST},
            retry_config={"max_retries": 1, "retry_timeout": _AT_MOST},
        )


@dataclass
class S3Outlet:
    """Puts objects where there are none of that name (`If-None-Match: *`), so that a bucket may forbid changing any."""

    bucket: Bucket
    _store: S3Store | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        return f"s3://{self.bucket.name}/{self.bucket.prefix}".rstrip("/")

    async def hand_out(self, signed: SignedCheckpoint, allowed: Allowed) -> None:
        """Put the object; one that is there by that name holds the same note."""
        try:
            store = self._store = self._store or self.bucket.store()
            allowed()
            await obstore.put_async(store, signed.name, signed.note, mode="create")
        except AlreadyExistsError:
            return
        except BaseError as error:
            raise OutletDown(f"{self.name} takes no object: {one_line(str(error))[:300]}") from error

    async def close(self) -> None:
        """Let go of the connections."""
        self._store = None
