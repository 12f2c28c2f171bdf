"""Connects every process to Temporal, by Temporal's own settings; values travel as pydantic writes them."""

from typing import Any

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.runtime import Runtime

DEFAULT_ADDRESS = "localhost:7233"
"""Temporal's own default, which its SDK does not apply."""


class NoServer(Exception):
    """No Temporal server answers; `str()` says where it was looked for."""


async def connect(runtime: Runtime | None = None) -> Client:
    """A client as `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_TLS…`, `TEMPORAL_API_KEY` say.

    `runtime` is the SDK's own default unless it is given. Raises NoServer.
    """
    config: dict[str, Any] = {"target_host": DEFAULT_ADDRESS, **ClientConfig.load_client_connect_config()}
    try:
        return await Client.connect(**config, data_converter=pydantic_data_converter, runtime=runtime)
    except RuntimeError as error:
        raise NoServer(f"No Temporal server can be reached at {config['target_host']}: {error}") from error
