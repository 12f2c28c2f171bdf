"""AWX's policy hook (awx/main/tasks/policy.py): whoever is named in its settings is asked before each job runs."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from demo.awx.directory import AwxDirectory
from demo.awx.http import Row
from demo.awx.model import SimulatedJob, Template

_REFUSED = "This job cannot be executed due to a policy violation or error. See the following details:\n"


class Policy:
    """Asks for one job. `patience` is how many seconds a connection that is refused is tried again: none in AWX, but a
    demo's own parts start side by side.
    """

    def __init__(self, directory: Callable[[], AwxDirectory], patience: float) -> None:
        self._directory = directory
        self._patience = patience
        self._http = httpx.AsyncClient(trust_env=False)

    async def close(self) -> None:
        await self._http.aclose()

    async def objection(self, job: SimulatedJob, template: Template) -> str | None:
        """The explanation of a job that must not run; None for one that may. Whatever fails lets nothing run."""
        if not self._directory().opa["OPA_HOST"]:
            return None
        asked = {"input": self._input(job, template)}
        for kind, path in self._paths(template):
            said = await self._asked(path, asked)
            if said:
                return _REFUSED + json.dumps({kind: said}, indent=1)
        return None

    def _paths(self, template: Template) -> Iterator[tuple[str, str]]:
        """Those of organization, inventory and template that ask, and their paths."""
        rows = self._directory().rows
        for kind, number in (("organizations", template.organization), ("inventories", template.inventory)):
            path = rows[kind].get(number or 0, {}).get("opa_query_path")
            if path:
                yield kind, path
        if template.opa_query_path:
            yield "job_templates", template.opa_query_path

    async def _asked(self, path: str, body: Row) -> Any:
        """The reasons against the job, empty for none."""
        try:
            answer = await self._sent(path, body)
        except httpx.HTTPError as error:
            return f"Connection to OPA server failed: {error or type(error).__name__}"
        if answer.status_code != 200:
            return f"Call to OPA failed. Code: {answer.status_code}, Message: {answer.text[:500]}"
        try:
            result = answer.json()["result"]
            # An answer that is no error, refuses, and has no violations lets the job run: so does AWX.
            return [] if result["allowed"] else list(result["violations"])
        except (ValueError, KeyError, TypeError):
            return "OPA policy returned an invalid result"

    async def _sent(self, path: str, body: Row) -> httpx.Response:
        opa, until = self._directory().opa, time.monotonic() + self._patience
        url = f"http{'s' if opa['OPA_SSL'] else ''}://{opa['OPA_HOST']}:{opa['OPA_PORT']}/v1/data/{path}"
        token = opa["OPA_AUTH_TOKEN"] if opa["OPA_AUTH_TYPE"] == "Token" else ""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        tries = 0
        while True:
            try:
                return await self._http.post(url, json=body, headers=headers, timeout=opa["OPA_REQUEST_TIMEOUT"])
            except httpx.ConnectError:
                tries += 1
                if tries > opa["OPA_REQUEST_RETRIES"] and time.monotonic() >= until:
                    raise
                await asyncio.sleep(0.2)
            except httpx.TransportError:
                tries += 1
                if tries > opa["OPA_REQUEST_RETRIES"]:
                    raise

    def _input(self, job: SimulatedJob, template: Template) -> Row:
        rows, by = self._directory().rows, job.by
        project = rows["projects"].get(template.project or 0, {})
        inventory = rows["inventories"].get(template.inventory or 0, {})
        superuser = rows["users"].get(by.id, {}).get("is_superuser", False)
        user = {"id": by.id, "username": by.name, "is_superuser": superuser, "teams": []}
        sources = {"id": template.project, "name": project.get("name"), "scm_branch": project.get("scm_branch", "")}
        started = by.name and job.launch_type not in ("scheduled", "webhook")
        return {
            "id": job.id,
            "name": job.name,
            "created": job.created.isoformat(),
            "created_by": user if started else None,
            "launched_by": {"id": by.id, "name": by.name, "type": "user" if started else "schedule", "url": ""},
            "launch_type": job.launch_type,
            "job_type": template.job_type,
            "job_template": {"id": template.id, "name": template.name, "job_type": template.job_type},
            "organization": {"id": template.organization, "name": "Default"} if template.organization else None,
            "project": sources,
            "inventory": {"id": template.inventory, "name": inventory.get("name"), "inventory_sources": []},
            "playbook": template.playbook,
            "limit": template.limit if job.limit is None else job.limit,
            "scm_branch": job.scm_branch,
            "scm_revision": job.revision,
            "extra_vars": job.extra_vars,
            "credentials": [],
            "execution_environment": None,
            "forks": 0,
            "hosts_count": 1,
            "labels": [{"id": number} for number in job.labels],
            "workflow_job": job.workflow_job and {"id": job.workflow_job},
            "workflow_job_template": None,
        }
