"""The fields that are read of AWX's rows (api/serializers.py). New keys are ignored, so that AWX may grow."""

import json
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from domain.awx_answers import AwxJob, JobSetup, LaunchRules, Watched


class Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Named(Row):
    """A related row as summary_fields shows it; `name` is the username of a user."""

    id: int | None = None
    name: str = ""


class SetUpRow(Row):
    """The fields that a job has of its template (JobOptionsSerializer)."""

    project: int | None = None
    playbook: str = ""
    inventory: int | None = None
    limit: str | None = None
    job_type: str = "run"
    scm_branch: str | None = None
    extra_vars: str = "{}"

    @property
    def setup(self) -> JobSetup:
        return JobSetup(
            project=self.project,
            playbook=self.playbook,
            inventory=self.inventory,
            limit=self.limit or "",
            kind=self.job_type,
            branch=self.scm_branch or "",
        )

    @property
    def variables(self) -> dict[str, Any]:
        """extra_vars, which AWX gives as a JSON string; empty where it is none."""
        try:
            found = json.loads(self.extra_vars or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


class JobRow(SetUpRow):
    """A row of /jobs/, /unified_jobs/ or the answer to a launch. Times are aware; `artifacts` may be a string."""

    id: int
    type: str = "job"
    status: str
    launch_type: str = ""
    scm_revision: str = ""
    created: datetime | None = None
    started: datetime | None = None
    finished: datetime | None = None
    job_explanation: str = ""
    result_traceback: str = ""
    event_processing_finished: bool = True
    skip_tags: str = ""
    artifacts: Any = None
    launched_by: Named = Named()
    unified_job_template: int | None = None
    ignored_fields: dict[str, Any] = Field(default_factory=dict)

    def value(self) -> AwxJob:
        """The job as the domain judges it."""
        return AwxJob(
            id=self.id,
            status=self.status,
            kind=self.type,
            launch_type=self.launch_type,
            launched_by=self.launched_by.id,
            launcher=self.launched_by.name,
            template=self.unified_job_template,
            setup=self.setup,
            revision=self.scm_revision,
            created=self.created,
            started=self.started,
            finished=self.finished,
            explanation=self.job_explanation,
            traceback=self.result_traceback,
            output_complete=self.event_processing_finished,
            variables=self.variables,
            skip_tags=tuple(tag.strip() for tag in self.skip_tags.split(",")),
            artifacts=self.artifacts,
            ignored_fields=tuple(self.ignored_fields),
        )


class Capabilities(Row):
    start: bool = True


class TemplateSummary(Row):
    user_capabilities: Capabilities = Capabilities()


class TemplateRow(SetUpRow):
    """A row of /job_templates/. A flag that an old AWX lacks counts as off."""

    id: int
    name: str
    organization: int | None = None
    job_slice_count: int = 1
    allow_simultaneous: bool = False
    skip_tags: str = ""
    ask_variables_on_launch: bool = False
    ask_labels_on_launch: bool = False
    ask_skip_tags_on_launch: bool = False
    summary_fields: TemplateSummary = TemplateSummary()

    @property
    def watched(self) -> Watched:
        """The template as the watch compares jobs with it."""
        return Watched(self.id, self.setup, self.variables)

    @property
    def rules(self) -> LaunchRules:
        return LaunchRules(takes_variables=self.ask_variables_on_launch, slices=self.job_slice_count)


class LaunchForm(Row):
    """GET /job_templates/{id}/launch/, as far as it can stop a launch."""

    passwords_needed_to_start: tuple[str, ...] = ()
    variables_needed_to_start: tuple[str, ...] = ()
    inventory_needed_to_start: bool = False


class NotificationRow(Row):
    id: int
    notification_type: str = ""


class UserRow(Row):
    id: int
    username: str


class ProjectRow(Row):
    """A row of /projects/: the branch that it follows, and the commit of its last update."""

    name: str = ""
    scm_branch: str = ""
    scm_revision: str = ""


class HookRow(Row):
    """AWX's settings of the policy hook (/settings/opa/); without a host it asks nobody. The token is not shown."""

    host: str = Field("", alias="OPA_HOST")
    port: int = Field(8181, alias="OPA_PORT")
    auth_type: str = Field("None", alias="OPA_AUTH_TYPE")
    auth_token: str = Field("", alias="OPA_AUTH_TOKEN")


class LabelRow(Row):
    id: int


class ListPage(Row):
    """One page of any list; `next` is None on the last."""

    results: tuple[dict[str, Any], ...]
    next: str | None = None
