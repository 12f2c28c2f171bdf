"""Writes what a newcomer reads once everything runs."""

import os
import shutil
import sys
from pathlib import Path

from demo.layout import Demo

COMPARED = "Ask for invoice-api, and the form shows what breaks in its contract."
NOT_COMPARED = "APIs' contracts are not compared: `make oasdiff` builds what does it, in a minute; then start again."


def welcome(demo: Demo) -> str:
    """The places of everything, and what to try next."""
    rows = "\n".join(f"  {name:14} {where}" for name, where in _places(demo).items())
    return f"\nProdgate is up.\n\n{rows}\n{_next(demo) if demo.has_issuer else ''}\nCtrl-C stops everything.\n"


def _places(demo: Demo) -> dict[str, str]:
    ports = demo.ports
    api = {"Console": f"http://127.0.0.1:{ports.api}", "API": f"http://127.0.0.1:{ports.api}/docs"}
    ui = {"Temporal UI": f"http://127.0.0.1:{ports.temporal_ui}"} if demo.has_temporal else {}
    awx = f"http://127.0.0.1:{ports.awx}/api/ (a stand-in)" if demo.has_awx else demo.given["PRODGATE_AWX_URL"]
    sign_in = {"Sign-in": f"{demo.issuer} (a stand-in)"} if demo.has_issuer else {}
    mailbox = {"Mailbox": f"http://127.0.0.1:{ports.mailbox} (a stand-in)"} if demo.has_mailbox else {}
    outside = {"Webhooks": f"http://127.0.0.1:{ports.webhooks} (a stand-in)"} if demo.has_receiver else {}
    outside |= {"GitLab": f"{demo.pipeline} (a stand-in)"} if demo.has_gitlab else {}
    return (
        api
        | ui
        | sign_in
        | mailbox
        | outside
        | {"AWX": awx, "GitOps record": demo.record, "Logs": str(demo.data / "logs")}
    )


def _next(demo: Demo) -> str:
    command, data = _command(), "" if demo.data == Path(".data").resolve() else f" --data {demo.data}"
    people = f"""
Try next, in another terminal (the README goes on from there):

  {command} token{data}    # who there is
  PIERRE=$({command} token{data} pierre.durand@cab-i.com)    # devops of tenant-finance: may ask
  JEAN=$({command} token{data} jean.dupont@cab-i.com)    # cpi of tenant-finance: may approve
  curl -H "Authorization: Bearer $JEAN" http://127.0.0.1:{demo.ports.api}/v1/requests/prod/pending
"""
    hooks = f"\nhttp://127.0.0.1:{demo.ports.webhooks} lists what the tenants' webhooks are told.\n"
    gitlab = f"Name this as test evidence, and GitLab is asked: {demo.pipeline}\n"
    gitlab += f"{COMPARED if demo.compares_contracts else NOT_COMPARED}\n"
    return f"{people}{hooks if demo.has_receiver else ''}{gitlab if demo.has_gitlab else ''}" if demo.has_git else ""


def _command() -> str:
    """`prodgate` as it can be typed here: by its name where that is found, by its path in a clone's own environment."""
    return "prodgate" if shutil.which("prodgate") else os.path.relpath(Path(sys.executable).with_name("prodgate"))
