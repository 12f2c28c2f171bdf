"""`prodgate up`: reads what the demo is started with."""

import argparse
import asyncio
from collections.abc import Sequence

from bootstrap.command import add_data, environment, port, refuse
from bootstrap.process import give_up, leave
from demo.layout import CannotStart, Demo, Ports
from demo.processes import NotReady
from demo.up import run as run_demo
from settings import SettingsError


def run(arguments: Sequence[str]) -> int:
    """Run the demo; the answer is the exit code."""
    given = parser().parse_args(arguments)
    ports = Ports(
        given.port,
        *(given.temporal_port, given.temporal_ui_port, given.awx_port, given.worker_port, given.oidc_port),
        *(given.mailbox_port, given.smtp_port, given.webhooks_port, given.gitlab_port),
    )
    try:
        asyncio.run(run_demo(Demo(given.data.resolve(), ports, given.job_seconds, environment())))
        leave(0)
    except SettingsError as error:
        return refuse(error, 2)
    except (CannotStart, NotReady) as error:
        give_up("prodgate", error, 1)


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    up = argparse.ArgumentParser(prog="prodgate up", formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    up.description = "Run Temporal, worker, API and stand-ins for a company's systems until Ctrl-C."
    up.epilog = "Settings that name a system, as PRODGATE_AWX_URL does, replace its stand-in; the README has all."
    add_data(up)
    up.add_argument("--port", type=port, metavar="N", default=8080, help="of the API")
    up.add_argument("--temporal-port", type=port, metavar="N", default=7233, help="of the Temporal server")
    up.add_argument("--temporal-ui-port", type=port, metavar="N", default=8233, help="of the Temporal UI")
    up.add_argument("--awx-port", type=port, metavar="N", default=8052, help="of the stand-in for AWX")
    up.add_argument("--worker-port", type=port, metavar="N", default=8081, help="of the worker's /healthz")
    up.add_argument("--oidc-port", type=port, metavar="N", default=9400, help="of the identity provider")
    up.add_argument("--mailbox-port", type=port, metavar="N", default=8025, help="of the mailbox's page")
    up.add_argument("--smtp-port", type=port, metavar="N", default=1025, help="of the mailbox's mail server")
    up.add_argument("--webhooks-port", type=port, metavar="N", default=8026, help="of the receiver of webhooks")
    up.add_argument("--gitlab-port", type=port, metavar="N", default=8929, help="of the stand-in for GitLab")
    up.add_argument("--job-seconds", type=float, metavar="S", default=3.0, help="how long a job of that AWX takes")
    return up
