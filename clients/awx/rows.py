"""The fields that are read of AWX's rows (api/serializers.py). New keys are ignored, so that AWX may grow."""

import json
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

ACTIVE = frozenset({"new", "pending", "waiting", "running"})
MANUAL = "manual"
REAPED = ("marked as failed", "not present in the job queue")
"""The words that AWX writes on a job it lost sight of (awx/main/dispatch/reaper.py)."""


class Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Named(Row):
    """A related row as summary_fields shows it; `name` is the username of a user."""

    id: int | None = None
    name: str = ""


class JobRow(Row):
    """A row of /jobs/, /unified_jobs/ or the answer to a launch. Times are aware; `artifacts` may be a string."""

    id: int
    type: str = "job"
    status: str
    launch_type: str = ""
    created: datetime | None = None
    started: datetime | None = None
    finished: datetime | None = None
    job_explanation: str = ""
    result_traceback: str = ""
    event_processing_finished: bool = True
    extra_vars: str = "{}"
    skip_tags: str = ""
    artifacts: Any = None
    launched_by: Named = Named()
    unified_job_template: int | None = None
    ignored_fields: dict[str, Any] = Field(default_factory=dict)

    @property
    def active(self) -> bool:
        return self.status in ACTIVE

    @property
    def ran(self) -> bool:
        """Tells whether the job has begun: from here on, cancelling it may leave half a deployment."""
        return self.started is not None

    @property
    def reaped(self) -> bool:
        """Failed because AWX lost sight of it: the run may go on, and yet write that it succeeded."""
        return self.status == "failed" and any(words in self.job_explanation for words in REAPED)

    @property
    def variables(self) -> dict[str, Any]:
        """extra_vars, which AWX gives as a JSON string; empty where it is none."""
        try:
            found = json.loads(self.extra_vars or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(tag.strip() for tag in self.skip_tags.split(","))


class Capabilities(Row):
    start: bool = True


class TemplateSummary(Row):
    user_capabilities: Capabilities = Capabilities()


class TemplateRow(Row):
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


class LabelRow(Row):
    id: int


class ListPage(Row):
    """One page of any list; `next` is None on the last."""

    results: tuple[dict[str, Any], ...]
    next: str | None = None
