"""Runs `prodgate doctor`: tells from the worker's settings whether AWX is ready, before anybody needs it."""

import json
from dataclasses import asdict

from activities.awx import AwxTimings
from clients.awx.client import AwxClient, AwxConnection
from clients.awx.errors import AwxError
from clients.awx.template import TemplateCheck, check_template
from settings import Settings, plain


async def examine(settings: Settings) -> TemplateCheck:
    """Examines AWX and its job template. Raises AwxError where AWX can't be asked."""
    async with AwxClient(awx_connection(settings)) as client:
        return await check_template(client)


async def diagnose(settings: Settings, as_json: bool) -> tuple[str, int]:
    """The text to print, and the exit code: 0 where promotions can be deployed, 1 where something has to be mended."""
    try:
        found = await examine(settings)
    except AwxError as error:
        return (json.dumps({"fit": False, "error": str(error)}) if as_json else f"AWX can't be asked: {error}"), 1
    return (_json(found) if as_json else _text(found)), 0 if found.fit else 1


def _json(found: TemplateCheck) -> str:
    return json.dumps({"fit": found.fit, **asdict(found)})


def _text(found: TemplateCheck) -> str:
    lines = [f"AWX {found.version}"]
    if found.marking:
        lines.append(f"Jobs are recognised by: {found.marking}")
    lines += [f"{'mend' if finding.blocking else 'note'}: {finding.sentence}" for finding in found.findings]
    lines.append("Promotions can be deployed." if found.fit else "Promotions can't be deployed until this is mended.")
    return "\n".join(lines)


def awx_connection(settings: Settings) -> AwxConnection:
    return AwxConnection(
        root=settings.awx_url or "",
        template=settings.awx_template,
        token=plain(settings.awx_token),
        user=settings.awx_user,
        password=plain(settings.awx_password),
        ca_bundle=settings.awx_ca_bundle,
    )


def awx_timings(settings: Settings) -> AwxTimings:
    """The worker's patience with AWX, as the settings say."""
    return AwxTimings(
        request_lifetime=settings.awx_request_lifetime,
        report_within=settings.awx_report_within,
        settle=settings.awx_settle,
        pending_deadline=settings.awx_pending_deadline,
        running_deadline=settings.awx_running_deadline,
    )
