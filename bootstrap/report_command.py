"""`prodgate report`: has reports made by the API, lists them, and fetches their files, each by a link of its own."""

import argparse
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

REPORTS = "/v1/reports"
_KINDS = {"monthly": "monthly-report", "register": "change-register"}
_FORMATS = ("pdf", "xlsx", "html")
_LOOK_EVERY = 0.5
"""Seconds between two looks at a report that is being made."""
_WIDTH = 30
_EPILOG = (
    "Set PRODGATE_TOKEN to your bearer token (in the demo, `prodgate token EMAIL` prints one), and --api or "
    "PRODGATE_PUBLIC_URL to the API's address. Exit code 1: not made, or refused; 2: asked wrongly."
)


class ReportRefused(Exception):
    """The API refuses, can't be asked, or answers with something else; `str()` says why."""


@dataclass(frozen=True)
class ReportApi:
    """The API as a person's command reaches it."""

    url: str
    token: str

    def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        """The answer. Raises ReportRefused for what is no success."""
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            answer = httpx.request(method, self.url.rstrip("/") + path, headers=headers, timeout=60, **given)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ReportRefused(f"The API at {self.url} can't be asked: {error}") from error
        if not answer.is_success:
            raise ReportRefused(f"{answer.status_code}: {_detail(answer)}")
        return answer

    def report(self, report: str) -> dict[str, Any]:
        """The report as it is now."""
        return _object(self.ask("GET", f"{REPORTS}/{report}"))


def _detail(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return answer.text[:300]


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError as error:
        raise ReportRefused("This does not answer as the API does") from error
    if not isinstance(found, dict):
        raise ReportRefused("This does not answer as the API does")
    return found


def run(arguments: Sequence[str]) -> int:
    """Run one command; the answer is its exit code."""
    given = parser().parse_args(arguments)
    token = os.environ.get("PRODGATE_TOKEN")
    if not token:
        sys.stderr.write("prodgate: PRODGATE_TOKEN must be your bearer token" + "\n")
        return 2
    command: Callable[[ReportApi, argparse.Namespace], int] = given.command
    try:
        return command(ReportApi(given.api, token), given)
    except (ReportRefused, OSError) as error:
        sys.stderr.write(f"prodgate: {error}" + "\n")
        return 1


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(prog="prodgate report", description="Reports of promotions.", epilog=_EPILOG)
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    make = verbs.add_parser("make", help="have a report made, and wait for it", epilog=_EPILOG)
    make.add_argument("kind", choices=[*_KINDS], help="a month of a tenant, or the register of all changes")
    make.add_argument("--month", metavar="YYYY-MM", help="the month; a register without one is of everything")
    make.add_argument("--tenant", action="append", default=[], help="a tenant, may be repeated; all of yours without")
    make.add_argument("--format", action="append", choices=_FORMATS, help="may be repeated (pdf)")
    make.add_argument("--language", choices=("en", "fr"), default="en", help="(en)")
    make.add_argument("--no-wait", action="store_true", help="return as soon as the order is taken")
    listing = verbs.add_parser("list", help="list the reports, newest first", epilog=_EPILOG)
    listing.add_argument("--limit", type=int, default=20, metavar="N", help="at most 100 (20)")
    fetch = verbs.add_parser("fetch", help="fetch the files of a report", epilog=_EPILOG)
    fetch.add_argument("report", metavar="ID", help="the report, as `prodgate report list` names it")
    fetch.add_argument("--tenant", help="the part of one tenant; all of yours without")
    fetch.add_argument("--format", choices=_FORMATS, help="one format; all without")
    fetch.add_argument("--to", type=Path, default=Path(), metavar="DIR", help="the folder to put them into (this one)")
    address = os.environ.get("PRODGATE_PUBLIC_URL") or "http://127.0.0.1:8080"
    for verb, command in ((make, _make), (listing, _list), (fetch, _fetch)):
        verb.add_argument("--api", metavar="URL", default=address, help=f"the API ({address})")
        verb.add_argument("--json", action="store_true", help="print JSON")
        verb.set_defaults(command=command)
    return parser


def _make(api: ReportApi, given: argparse.Namespace) -> int:
    body = {"kind": _KINDS[given.kind], "month": given.month, "tenants": given.tenant, "language": given.language}
    report = _object(api.ask("POST", REPORTS, json=body | {"forms": given.format or ["pdf"]}))
    while not given.no_wait and report["state"] == "making":
        _show_progress(report)
        time.sleep(_LOOK_EVERY)
        report = api.report(report["id"])
    _show_progress(report, last=True)
    _say(json.dumps(report, indent=2) if given.json else "\n".join(_told(report)))
    return 0 if report["state"] in ("made", "making") else 1


def _show_progress(report: dict[str, Any], *, last: bool = False) -> None:
    """Draw how far it is, where somebody looks at a terminal."""
    if sys.stderr.isatty():
        ended = sum(part["state"] != "waiting" for part in report["parts"])
        drawn = "#" * (_WIDTH * ended // (report["total"] or 1))
        sys.stderr.write(f"\r[{drawn:<{_WIDTH}}] {ended}/{report['total']}" + ("\n" if last else ""))
        sys.stderr.flush()


def _told(report: dict[str, Any]) -> Iterator[str]:
    """The report, and what is to be known of each part that is not made."""
    month = report["month"] or "everything"
    yield f"{report['id']}  {report['state']:<9}  {report['made']}/{report['total']}  {report['kind']} {month}"
    for part in report["parts"]:
        if said := part["failure"] or part["waits"]:
            yield f"  {part['tenant']}: {said}"


def _list(api: ReportApi, given: argparse.Namespace) -> int:
    found = api.ask("GET", REPORTS, params={"limit": given.limit}).json()
    for each in found if not given.json else ():
        _say(f"{next(_told(each))}  {each['by']}")
    if given.json:
        _say(json.dumps(found, indent=2))
    return 0


def _fetch(api: ReportApi, given: argparse.Namespace) -> int:
    report, fetched = api.report(given.report), []
    for part in report["parts"]:
        for file in part["files"]:
            if given.tenant in (None, part["tenant"]) and given.format in (None, file["form"]):
                fetched.append(_file(api, report["id"], part["tenant"], file, given.to))
                if not given.json:
                    _say(fetched[-1]["path"])
    if given.json:
        _say(json.dumps(fetched, indent=2))
    if not fetched:
        raise ReportRefused("There is no such file")
    return 0


def _file(api: ReportApi, report: str, tenant: str, file: dict[str, Any], folder: Path) -> dict[str, str]:
    """Fetch one file by a link, and keep it once it is what the history says."""
    asked = {"report": report, "tenant": tenant, "form": file["form"]}
    link = _object(api.ask("POST", "/v1/links", json=asked))
    content = api.ask("GET", urlsplit(link["url"]).path).content  # at the address that was asked, whatever it is called
    if hashlib.sha256(content).hexdigest() != file["sha256"]:
        raise ReportRefused(f"{file['name']} is not the file that was made")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / Path(str(file["name"])).name
    draft = path.with_name(path.name + ".part")
    draft.write_bytes(content)
    draft.replace(path)
    return {"path": str(path), "tenant": tenant, "sha256": file["sha256"]}


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
