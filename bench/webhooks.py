"""Measures the cost of a webhook: `python -m bench.webhooks` posts to a receiver over TLS on this machine."""

import asyncio
import ssl
import sys
import time
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

import trustme

from domain.webhooks import Address
from tests.clients.announcing import always
from tests.webhooks import Receiver, sender, webhook

MESSAGES, BODY = 300, '{"x":"' + "y" * 3_000 + '"}'


async def _this_machine(host: str, port: int) -> Sequence[Address]:
    del host, port
    return [ip_address("127.0.0.1")]


async def main() -> None:
    """Post one after the other, then as many at once."""
    authority, context = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("hooks.example").configure_cert(context)
    with TemporaryDirectory() as folder:
        bundle = Path(folder) / "ca.pem"
        authority.cert_pem.write_to_path(str(bundle))
        sending = sender(ca_bundle=bundle, resolve=_this_machine)
        async with Receiver().open(context) as receiver:
            hook = webhook(receiver.url("hooks.example", "https"))
            await sending.post(hook, "warm", BODY, always)
            begun, cpu = time.perf_counter(), time.process_time()
            for _ in range(MESSAGES):
                await sending.post(hook, "one", BODY, always)
            alone, cpu = time.perf_counter() - begun, time.process_time() - cpu
            begun = time.perf_counter()
            await asyncio.gather(*(sending.post(hook, "many", BODY, always) for _ in range(MESSAGES)))
            together = time.perf_counter() - begun
    sys.stdout.write(
        f"one at a time {MESSAGES / alone:.0f}/s, at once {MESSAGES / together:.0f}/s, "
        f"CPU {1_000 * cpu / MESSAGES:.1f} ms a message, the receiver's half included\n"
    )


if __name__ == "__main__":
    asyncio.run(main())
