"""Connects every process to Temporal, by Temporal's own settings; values travel as pydantic writes them."""

from typing import Any

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.runtime import Runtime
from temporalio.service import TLSConfig

DEFAULT_ADDRESS = "localhost:7233"
"""Temporal's own default, which its SDK does not apply."""


class NoServer(Exception):
    """No Temporal server answers; `str()` says where it was looked for."""


def _configured() -> dict[str, Any]:
    """Reads Temporal's settings. Raises NoServer where they can't be used, such as for a file that is not there."""
    try:
        return {"target_host": DEFAULT_ADDRESS, **ClientConfig.load_client_connect_config()}
    except (OSError, RuntimeError, ValueError) as error:
        raise NoServer(f"Temporal's settings can't be used: {error}") from error


def client_certificate() -> bytes | None:
    """The certificate, PEM, that is shown to the server; None where the settings name none. Raises NoServer."""
    tls = _configured().get("tls")
    return tls.client_cert if isinstance(tls, TLSConfig) else None


async def connect(runtime: Runtime | None = None) -> Client:
    """A client as `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_TLS…`, `TEMPORAL_API_KEY` say.

    `runtime` is the SDK's own default unless it is given. Raises NoServer.
    """
    config = _configured()
    try:
        return await Client.connect(**config, data_converter=pydantic_data_converter, runtime=runtime)
    except RuntimeError as error:
        raise NoServer(f"No Temporal server can be reached at {config['target_host']}: {error}") from error
