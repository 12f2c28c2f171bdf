"""The first task of the playbook, as a real AWX would run it: the role's own file judges the grant of a job."""

import asyncio
import importlib.util
import json
import sys
from pathlib import Path
from threading import Lock
from types import ModuleType

from demo.awx.model import SimulatedJob, Template

ROLE = Path(__file__).parents[2] / "deploy" / "awx" / "roles" / "prodgate_grant"
PLAYBOOK = "deploy.yml"
"""The playbook that has the role."""
_NAME = "prodgate_grant_verification"
_LOADING = Lock()
"""Jobs judge in threads of their own, and none may have a module that another has begun to load."""
_TASK = "\r\nTASK [prodgate_grant : Refuse what nobody approved] ****\r\n"


def verification() -> ModuleType:
    """The role's own module. Raises FileNotFoundError where this is no clone of the repository."""
    with _LOADING:
        if _NAME not in sys.modules:
            spec = importlib.util.spec_from_file_location(_NAME, ROLE / "files" / "verification.py")
            if spec is None or spec.loader is None:
                raise FileNotFoundError(ROLE)
            module = importlib.util.module_from_spec(spec)
            sys.modules[_NAME] = module  # dataclasses look themselves up there
            spec.loader.exec_module(module)
        return sys.modules[_NAME]


def trusted(folder: Path, port: int) -> Path:
    """Write the role's file for a demo in the folder: it takes the keys that are published, for demos change theirs."""
    file = folder / "prodgate.json"
    file.write_text(json.dumps({"url": f"http://127.0.0.1:{port}", "inventory": "2"}), encoding="utf-8")
    return file


class Playbook:
    """Runs the role for jobs of the playbook that has it, by the text of its `prodgate.json`; None is no such role."""

    def __init__(self, setup: str | None) -> None:
        self.setup = setup

    async def refusal(self, job: SimulatedJob, template: Template) -> str | None:
        """The output of a job whose first task fails; None for one that goes on."""
        if self.setup is None or template.playbook != PLAYBOOK:
            return None
        said = await asyncio.to_thread(self._judged, self.setup, job, template)
        return said and f'{_TASK}fatal: [gateway-0001]: FAILED! => {{"msg": "{said}"}}\r\n'

    def _judged(self, setup: str, job: SimulatedJob, template: Template) -> str | None:
        role = verification()
        run = role.Run(
            job=str(job.id),
            variables=job.extra_vars | {"awx_job_id": job.id, "awx_job_launch_type": job.launch_type},
            limit=template.limit if job.limit is None else job.limit,
            skip_tags=tuple(job.skip_tags.split(",")),
            check=template.job_type == "check",
            inventory=str(template.inventory),
            revision=job.revision,
        )
        try:
            role.verified(run, role.Setup.of(setup))
        except role.Refused as why:
            return str(why)
        return None
