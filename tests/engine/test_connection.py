"""Temporal behind TLS that asks for a certificate: what Temporal's own settings name is shown."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme
from temporalio.client import Client

from engine.connection import NoServer, client_certificate, connect


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@asynccontextmanager
async def asking(authority: trustme.CA, server: str) -> AsyncIterator[str]:
    """The address of a proxy before the server, for those who show a certificate of the authority."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2"])
    host, port = server.split(":")
    passing: set[asyncio.Task[None]] = set()

    async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while some := await reader.read(65_536):
                writer.write(some)
                await writer.drain()
        finally:
            writer.close()

    async def taken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(host, port)
        passing.update((asyncio.create_task(passed(reader, back)), asyncio.create_task(passed(there, writer))))

    proxy = await asyncio.start_server(taken, "localhost", 0, ssl=context)
    yield f"localhost:{proxy.sockets[0].getsockname()[1]}"
    proxy.close()
    for task in passing:
        task.cancel()
    await asyncio.gather(*passing, return_exceptions=True)


async def test_the_certificate_of_temporals_settings_is_shown(
    temporal: Client, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the names that Temporal's own tools read; without it there is no server."""
    bundle, cert, key = (tmp_path / name for name in ("ca.pem", "cert.pem", "key.pem"))
    authority.cert_pem.write_to_path(str(bundle))
    shown = authority.issue_cert("gate@cab-i.com")
    shown.cert_chain_pems[0].write_to_path(str(cert))
    shown.private_key_pem.write_to_path(str(key))
    async with asking(authority, temporal.service_client.config.target_host) as address:
        monkeypatch.setenv("TEMPORAL_ADDRESS", address)
        monkeypatch.setenv("TEMPORAL_TLS_SERVER_CA_CERT_PATH", str(bundle))
        with pytest.raises(NoServer, match="No Temporal server"):
            await connect(None)
        monkeypatch.setenv("TEMPORAL_TLS_CLIENT_CERT_PATH", str(cert))
        monkeypatch.setenv("TEMPORAL_TLS_CLIENT_KEY_PATH", str(key))
        assert await (await connect(None)).service_client.check_health()
        assert client_certificate() == cert.read_bytes()


async def test_a_certificate_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is asked."""
    monkeypatch.setenv("TEMPORAL_TLS_CLIENT_CERT_PATH", "/nowhere.pem")
    monkeypatch.setenv("TEMPORAL_TLS_CLIENT_KEY_PATH", "/nowhere.pem")
    with pytest.raises(NoServer, match=r"Temporal's settings can't be used: .*nowhere\.pem"):
        await connect(None)
