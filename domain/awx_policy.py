"""Judges a job of AWX right before it runs, as AWX itself describes it: only what the record allows now may run."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr, StringConstraints

from domain.awx_answers import cut
from domain.deployment import Deployment, JobNumber, job_name
from domain.grants import GRANT
from domain.lifecycle import previous
from domain.ticket import Action, PromotionRequest
from domain.values import Frozen

_Name = Annotated[str, StringConstraints(min_length=1, max_length=500)]
_Value = StrictStr | StrictInt | StrictFloat | StrictBool

HOOK_OFF = "The token of AWX's policy hook is not set here: nobody is answered"
"""Told to whoever asks an API without one, so that `prodgate doctor` can name the mistake."""


class AwxSetup(Frozen):
    """The set-up in AWX that deploys, as a reviewed file of the record says; what is left out is not compared.

    `user` is the one that Prodgate is in AWX. `branch` is the project's, `revision` the commit of its last update.
    `limit` is the template's own. `variables` are those that the template adds to a launch, each with its value.
    """

    user: _Name
    template: _Name
    project: _Name
    playbook: _Name
    inventory: _Name
    branch: _Name | None = None
    revision: _Name | None = None
    limit: Annotated[str, StringConstraints(max_length=500)] = ""
    execution_environment: _Name | None = None
    credentials: Annotated[tuple[_Name, ...] | None, Field(max_length=50)] = None
    variables: Annotated[dict[str, _Value], Field(max_length=200)] = Field(default_factory=dict)


class _Part(BaseModel):
    """A part of AWX's own word, which may have more fields than are read."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _Named(_Part):
    name: str | None = None


class _User(_Part):
    username: str | None = None


class _Launcher(_Named):
    type: str | None = None


class _Project(_Named):
    scm_branch: str | None = None


class PolicyJob(_Part):
    """A job as AWX sends it to be judged (awx/main/tasks/policy.py)."""

    id: JobNumber
    job_type: str
    launch_type: str
    extra_vars: dict[str, Any]
    limit: str | None = None
    playbook: str | None = None
    scm_branch: str | None = None
    scm_revision: str | None = None
    created_by: _User | None = None
    launched_by: _Launcher | None = None
    job_template: _Named | None = None
    project: _Project | None = None
    inventory: _Named | None = None
    execution_environment: _Named | None = None
    credentials: tuple[_Named, ...] = ()
    workflow_job: Any = None

    @property
    def request_id(self) -> str:
        """The id of the request that it names, empty for none."""
        named = self.extra_vars.get("request_id")
        return named if isinstance(named, str) else ""


def set_up_otherwise(job: PolicyJob, setup: AwxSetup) -> Iterator[str]:
    """A sentence for each thing in which the job is not the one that deploys, whatever it names."""
    found: dict[str, tuple[object, object]] = {
        "job type": (job.job_type, "run"),
        "launch type": (job.launch_type, "manual"),  # what is launched by a token, and by hand
        "workflow": (job.workflow_job, None),
    }
    yield from _different(found | _of_setup(job, setup))


def _of_setup(job: PolicyJob, setup: AwxSetup) -> dict[str, tuple[object, object]]:
    """The values that are compared with the record's file, as (found, expected)."""
    by, template, project, inventory = job.launched_by, job.job_template, job.project, job.inventory
    found: dict[str, tuple[object, object]] = {
        "user": (job.created_by and job.created_by.username, setup.user),
        "launcher": ((by and by.type, by and by.name), ("user", setup.user)),
        "job template": (template and template.name, setup.template),
        "project": (project and project.name, setup.project),
        "playbook": (job.playbook, setup.playbook),
        "inventory": (inventory and inventory.name, setup.inventory),
        "limit": (job.limit or "", setup.limit),
        "branch of the launch": (job.scm_branch or None, None),
    }
    if setup.branch is not None:
        found["branch of the project"] = (project and project.scm_branch, setup.branch)
    if setup.revision is not None:
        found["revision"] = (job.scm_revision, setup.revision)
    if setup.execution_environment is not None:
        image = job.execution_environment
        found["execution environment"] = (image and image.name, setup.execution_environment)
    if setup.credentials is not None:
        found["credentials"] = (sorted(str(each.name) for each in job.credentials), sorted(setup.credentials))
    return found


def not_as_approved(job: PolicyJob, deployment: Deployment, setup: AwxSetup | None) -> Iterator[str]:
    """A sentence for each variable that is not the approved attempt's, nor the template's own as the record has it."""
    sent: Mapping[str, object] = deployment.extra_vars()
    own: Mapping[str, object] = {} if setup is None else setup.variables
    for name in sorted(job.extra_vars.keys() | sent.keys() | own.keys()):
        if name == GRANT:
            continue
        wanted = sent[name] if name in sent else own.get(name)
        given = job.extra_vars.get(name)
        if name not in sent and name not in own:
            yield f"the variable {name} is none of an approved launch"
        elif name not in job.extra_vars:
            yield f"the variable {name} is missing"
        elif (type(given), given) != (type(wanted), wanted):  # True is no 1
            yield _sentence(f"variable {name}", given, wanted)


def before_its_job(ticket: PromotionRequest, job: JobNumber) -> PromotionRequest:
    """The ticket as it was right before the launch that made the job, where the record has that; else as it is."""
    launched = ticket.last.action is Action.DEPLOYING and ticket.last.job_id == job_name(job)
    return (previous(ticket) or ticket) if launched else ticket


def _different(found: Mapping[str, tuple[object, object]]) -> Iterator[str]:
    for what, (given, wanted) in found.items():
        if given != wanted:
            yield _sentence(what, given, wanted)


def _sentence(what: str, given: object, wanted: object) -> str:
    shown = "nothing" if given in (None, "") else f"{given!r}"
    expected = "nothing" if wanted in (None, "") else f"{wanted!r}"
    return cut(f"the {what} is {shown[:200]}, where {expected[:200]} is expected")
