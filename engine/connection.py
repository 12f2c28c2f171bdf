"""Connects every process to Temporal, by Temporal's own settings; values travel as pydantic writes them, encrypted."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from temporalio.client import Client, Plugin
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.envconfig import ClientConfig
from temporalio.runtime import Runtime
from temporalio.service import TLSConfig

from engine.codec import EncryptingCodec, PayloadKeys

DEFAULT_ADDRESS = "localhost:7233"
"""Temporal's own default, which its SDK does not apply."""


class NoServer(Exception):
    """No Temporal server answers; `str()` says where it was looked for."""


def converter(keys: Path | None) -> DataConverter:
    """The form of all that Temporal is given: encrypted with the file's keys, or in clear where no file is named.

    A failure's type stays readable. Raises PayloadKeysUnusable.
    """
    if keys is None:
        return replace(pydantic_data_converter, payload_codec=EncryptingCodec(None))
    codec = EncryptingCodec(PayloadKeys(keys))
    failures = DefaultFailureConverterWithEncodedAttributes
    return replace(pydantic_data_converter, payload_codec=codec, failure_converter_class=failures)


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


async def connect(keys: Path | None, runtime: Runtime | None = None, plugins: Sequence[Plugin] = ()) -> Client:
    """A client as `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_TLS…`, `TEMPORAL_API_KEY` say.

    `keys` is the file of payload keys, `runtime` the SDK's own default unless it is given; `plugins` are the SDK's, for
    a worker with this client, too. Raises NoServer, PayloadKeysUnusable.
    """
    config = _configured()
    try:
        return await Client.connect(**config, data_converter=converter(keys), runtime=runtime, plugins=plugins)
    except RuntimeError as error:
        raise NoServer(f"No Temporal server can be reached at {config['target_host']}: {error}") from error
