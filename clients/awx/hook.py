"""Checks AWX's policy hook, and AWX's set-up against the one that the record names, before anybody needs them."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from clients.awx.client import AwxClient
from clients.awx.errors import AwxForbidden, AwxMissing, AwxRefused
from clients.awx.rows import ProjectRow, TemplateRow
from clients.awx.template import Finding
from domain.awx_policy import HOOK_OFF, AwxSetup

_PORTS = {"https": 443, "http": 80}
_VARIABLE = "PRODGATE_AWX_POLICY_TOKEN"
_ANSWERS_WITHIN = 5.0
_NOTHING_RUNS = "until then AWX runs no job"


@dataclass(frozen=True)
class HookCheck:
    """The findings about the hook; `on` tells that AWX asks Prodgate, None that the user may not see it."""

    findings: tuple[Finding, ...]
    on: bool | None = None


async def check_hook(client: AwxClient, public_url: str) -> HookCheck:
    """Look at AWX's settings of the hook, and whether the API at that address answers it. Raises AwxUnavailable."""
    try:
        hook = await client.policy_hook()
    except AwxForbidden:
        hidden = "The user may not read AWX's policy settings (/api/v2/settings/opa/): an administrator has to look"
        return HookCheck((Finding(f"{hidden}.", blocking=False), *await _of_api(public_url, on=False)))
    except AwxMissing:
        return HookCheck((Finding("This AWX has no policy hook: the playbook's role refuses alone.", False),), on=False)
    except AwxRefused as refusal:
        return HookCheck((Finding(f"{refusal}.", blocking=False),))
    if not hook.host:
        off = "AWX's policy hook is off: AWX runs jobs without asking; run setup.yml with prodgate_policy_token"
        return HookCheck((Finding(f"{off}.", blocking=False),), on=False)
    if (asked := (hook.host.lower(), hook.port)) != (ours := _address(public_url)):
        other = f"AWX asks {asked[0]}:{asked[1]} before each job, not {ours[0]}:{ours[1]} of PRODGATE_PUBLIC_URL"
        return HookCheck((Finding(f"{other}: set OPA_HOST, unless both lead to Prodgate.", blocking=False),))
    found = []
    if hook.auth_type != "Token":
        found.append(Finding(f"AWX asks with OPA_AUTH_TYPE {hook.auth_type}: set Token; {_NOTHING_RUNS}."))
    elif not hook.auth_token:
        found.append(Finding(f"AWX asks without a token: set OPA_AUTH_TOKEN to {_VARIABLE}; {_NOTHING_RUNS}."))
    return HookCheck((*found, *await _of_api(public_url, on=True)), on=True)


async def _of_api(public_url: str, *, on: bool) -> tuple[Finding, ...]:
    """The API's own word on whether it has the token. It is asked without one, which it always refuses."""
    address = f"{public_url.rstrip('/')}/v1/data/prodgate/launch"
    try:
        async with httpx.AsyncClient(timeout=_ANSWERS_WITHIN) as http:
            said = (await http.post(address, json={})).json()["detail"]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        why = f"{type(error).__name__} {error}".rstrip()
        return (Finding(f"The API can't be asked at {address} whether it has {_VARIABLE}: {why[:200]}.", False),)
    if said != HOOK_OFF:
        return ()
    mend = f"give it {_VARIABLE}; {_NOTHING_RUNS}" if on else "nothing runs where AWX asks it"
    return (Finding(f"The API has no {_VARIABLE}: {mend}.", blocking=on),)


def _address(public_url: str) -> tuple[str, int | None]:
    parts = urlsplit(public_url)
    return (parts.hostname or ""), parts.port or _PORTS.get(parts.scheme)


async def check_set_up(client: AwxClient, setup: AwxSetup, *, blocking: bool) -> tuple[Finding, ...]:
    """Compare the template, its project and its inventory with those that the record names.

    Raises AwxUnavailable. `blocking` tells that AWX's hook refuses what differs.
    """
    try:
        template = await client.template()
        project = None if template.project is None else await client.project(template.project)
        inventory = "" if template.inventory is None else await client.inventory_name(template.inventory)
        user = (await client.me()).username
    except AwxRefused as refusal:
        return (Finding(f"AWX does not show what platform.yaml names at spec.awx: {refusal}.", blocking=False),)
    said = _compared(setup, template, project, inventory, user)
    return tuple(
        Finding(f"The {what} in AWX is {given or 'nothing'!r}, platform.yaml has {wanted!r} at spec.awx.", blocking)
        for what, given, wanted in said
        if given != wanted
    )


def _compared(
    setup: AwxSetup, template: TemplateRow, project: ProjectRow | None, inventory: str, user: str
) -> Iterator[tuple[str, str, str]]:
    """Name, value in AWX and value in the record of each field; what the record leaves out is not compared."""
    yield "user", user, setup.user
    yield "job template", template.name, setup.template
    yield "project", project.name if project else "", setup.project
    yield "playbook", template.playbook, setup.playbook
    yield "inventory", inventory, setup.inventory
    yield "limit", template.limit or "", setup.limit
    yield "branch of the job template", template.scm_branch or "", ""
    if setup.branch is not None:
        yield "branch of the project", (project.scm_branch if project else ""), setup.branch
    if setup.revision is not None:
        yield "revision of the project", (project.scm_revision if project else ""), setup.revision
