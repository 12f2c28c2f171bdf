"""Runs `prodgate doctor`: tells from the worker's settings whether AWX is ready, before anybody needs it."""

import asyncio
import json
import logging
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

from activities.awx import AwxTimings
from bootstrap.documents import documents
from clients.awx.client import AwxClient, AwxConnection
from clients.awx.errors import AwxError
from clients.awx.hook import check_hook, check_set_up
from clients.awx.template import Finding, TemplateCheck, check_template
from clients.tls import CertificateUnusable, certificate, check_dates
from domain.awx_policy import AwxSetup
from domain.storage import StorageDown
from engine.codec import PayloadKeysUnusable
from engine.connection import NoServer, client_certificate
from record.facts.line import UNREADABLE
from record.git.repository import open_repository
from record.people.directory import DirectoryReader
from settings import Settings, plain, variable

_LOG = logging.getLogger(__name__)

READABLE = (
    "Whoever reaches Temporal reads every promotion there: no payload keys are set. `prodgate keys payload rotate` "
    "makes them, and PRODGATE_PAYLOAD_KEYS names their file to worker and API"
)
"""The warning to an installation in production that encrypts nothing."""


def warn_of_histories(settings: Settings) -> None:
    """Log the warning, where it is due."""
    if settings.readable_histories:
        _LOG.warning(READABLE)


async def examine(settings: Settings) -> TemplateCheck:
    """Examines AWX and its job template. Raises AwxError where AWX can't be asked."""
    async with AwxClient(awx_connection(settings)) as client:
        return await check_template(client)


async def diagnose(settings: Settings, as_json: bool) -> tuple[str, int]:
    """The text to print, and the exit code: 0 where promotions can be deployed, 1 where something has to be mended."""
    try:
        check_certificates(settings, datetime.now(UTC))
        found = await examine(settings)
        found = replace(found, findings=(*found.findings, *await look_at_hook(settings)))
    except (CertificateUnusable, NoServer) as error:
        return _unfit(as_json, str(error), f"mend: {error}")
    except AwxError as error:
        return _unfit(as_json, str(error), f"AWX can't be asked: {error}")
    store = await look_at_store(settings)
    if as_json:
        return _json(found, store, encrypted=settings.payload_keys is not None), 0 if found.fit else 1
    notes = [READABLE] if settings.readable_histories else []
    notes += [] if store == "ok" else [f"Reports can't be kept or fetched: {store}"]
    return "\n".join([_text(found), *(f"note: {each}" for each in notes)]), 0 if found.fit else 1


async def look_at_hook(settings: Settings) -> tuple[Finding, ...]:
    """The findings about AWX's policy hook, and about what the record says of AWX's set-up. Raises AwxError."""
    found: list[Finding] = []
    if settings.awx_policy_token is not None:
        found.append(Finding(f"{variable('awx_policy_token')} is the API's alone: take it from the worker.", False))
    async with AwxClient(awx_connection(settings)) as client:
        hook = await check_hook(client, settings.public_url)
        found += hook.findings
        try:
            setup = await _recorded_setup(settings)
        except UNREADABLE as error:
            return (*found, Finding(f"The record's platform.yaml can't be read: {error}.", blocking=False))
        if setup is not None:
            return (*found, *await check_set_up(client, setup, blocking=hook.on is True))
    if hook.on:
        found.append(Finding("platform.yaml does not say, at spec.awx, what deploys: until then AWX runs no job."))
    return tuple(found)


async def _recorded_setup(settings: Settings) -> AwxSetup | None:
    """The set-up that the record names, as the remote has it now. Raises what reading the record raises."""
    folder = settings.data_dir / "doctor"
    repository = open_repository(settings.git_repo, settings.git_branch, folder, token=plain(settings.git_token))
    try:
        await asyncio.to_thread(repository.fetch)
        return (await asyncio.to_thread(DirectoryReader(repository).current)).rules.awx
    finally:
        await repository.close()


async def look_at_store(settings: Settings) -> str:
    """Tells whether the store of documents that the settings name is there; a folder of our own is made by a start."""
    try:
        if settings.documents_url is not None:
            await documents(settings).check()
    except (StorageDown, PayloadKeysUnusable) as error:
        return str(error)
    return "ok"


def check_certificates(settings: Settings, now: datetime) -> None:
    """Raise CertificateUnusable, or NoServer for Temporal's, where a client certificate can't be shown to anybody."""
    for name in ("awx", "smtp", "kafka", "siem"):
        shown = certificate(getattr(settings, f"{name}_client_cert"), getattr(settings, f"{name}_client_key"))
        if shown is not None:
            try:
                shown.check(now)
            except CertificateUnusable as error:
                raise CertificateUnusable(f"{variable(f'{name}_client_cert')}: {error}") from error
    if (pem := client_certificate()) is not None:
        check_dates("TEMPORAL_TLS_CLIENT_CERT_PATH: the certificate", pem, now)


def _unfit(as_json: bool, error: str, text: str) -> tuple[str, int]:
    return json.dumps({"fit": False, "error": error}) if as_json else text, 1


def _json(found: TemplateCheck, store: str, *, encrypted: bool) -> str:
    return json.dumps({"fit": found.fit, **asdict(found), "encrypted": encrypted, "documents": store})


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
        certificate=certificate(settings.awx_client_cert, settings.awx_client_key),
    )


def awx_timings(settings: Settings) -> AwxTimings:
    """The worker's patience with AWX, as the settings say."""
    return AwxTimings(
        request_lifetime=settings.awx_request_lifetime,
        report_within=settings.awx_report_within,
        settle=settings.awx_settle,
        pending_deadline=settings.awx_pending_deadline,
        grant_life=settings.awx_grant_life or settings.awx_pending_deadline + timedelta(minutes=5),
        running_deadline=settings.awx_running_deadline,
    )
