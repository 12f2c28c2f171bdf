"""Serves the other console: `python -m demo.host`, beside `prodgate up` (or `make host`)."""

import argparse
import asyncio
from pathlib import Path

from bootstrap.process import serve, stop_signal
from demo.host.pages import Host, host_app
from demo.layout import HOST_PORT, Ports


def main() -> None:
    """Serve until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m demo.host", description=__doc__)
    parser.add_argument("--port", type=int, default=HOST_PORT, help="which PRODGATE_CORS_ORIGINS has to name")
    parser.add_argument("--api", default=f"http://127.0.0.1:{Ports.api}", help="Prodgate's origin")
    parser.add_argument("--issuer", default=f"http://127.0.0.1:{Ports.oidc}", help="where people sign in")
    parser.add_argument("--client", default="prodgate", help="this page's client id there; the one that Prodgate takes")
    given = parser.parse_args()
    host = Host(given.api.rstrip("/"), given.issuer.rstrip("/"), given.client)
    print(f"Another console: http://127.0.0.1:{given.port}", flush=True)
    asyncio.run(_run(host, given.port))


async def _run(host: Host, port: int) -> None:
    await serve(host_app(host, Path(__file__).with_name("dist")), "127.0.0.1", port, stop_signal())


if __name__ == "__main__":
    main()
