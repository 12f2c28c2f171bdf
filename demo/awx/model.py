"""The state of the simulated AWX: its configuration, its faults, its templates, labels and jobs."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

REVISION = "5f0c3e1d9a7b2c4e6f8091a2b3c4d5e6f7081920"
"""The commit of each project's last update, where none is pinned."""


def checked_out(branch: str) -> str:
    """The commit that a project's update finds: the one that stands in place of its branch, or the branch's tip."""
    return branch if re.fullmatch(r"[0-9a-f]{40}", branch) else REVISION


class LaunchFault(StrEnum):
    """A fault of one launch; `none` lets one pass between two faults."""

    NONE = "none"
    COMMIT_THEN_500 = "commit-then-500"
    COMMIT_THEN_CUT = "commit-then-cut"
    COMMIT_THEN_504 = "commit-then-504"
    CUT = "cut"
    LOST_502 = "lost-502"
    LOST_504 = "lost-504"
    LATE = "late"
    MIGRATING = "migrating"
    SLOW = "slow"
    TOO_MANY = "too-many"
    ALTERED = "altered"
    UNPROMPTED = "unprompted"
    SLICED = "sliced"


class LifeFault(StrEnum):
    """A fault in one job's life."""

    NONE = "none"
    FAILED = "failed"
    TIMEOUT = "timeout"
    ERROR_AFTER_SUCCESS = "error-after-success"
    DEPENDENCY_FAILED = "dependency-failed"
    STUCK_PENDING = "stuck-pending"
    STUCK_RUNNING = "stuck-running"
    REQUEUED = "requeued"
    REAPED = "reaped"
    REAPED_THEN_SUCCESSFUL = "reaped-then-successful"
    VANISHED = "vanished"
    EVENTS_STUCK = "events-stuck"
    FAILED_EVENTS_STUCK = "failed-events-stuck"
    CANCEL_LOST = "cancel-lost"
    LARGE_OUTPUT = "large-output"


class NotifyFault(StrEnum):
    """A fault of one job's notifications."""

    NONE = "none"
    UNSENT = "unsent"
    DUPLICATE = "duplicate"
    REVERSED = "reversed"
    ERROR_THEN_SUCCESS = "error-then-success"
    EMPTY_BODY = "empty-body"
    OTHER_KINDS = "other-kinds"
    BEFORE_ANSWER = "before-answer"
    LARGE_HOSTS = "large-hosts"


class Faults(BaseModel):
    """The faults in force. Each launch and each new job takes the next of its lists, and none once a list is empty."""

    model_config = ConfigDict(extra="forbid")

    launch: list[LaunchFault] = []
    life: list[LifeFault] = []
    notify: list[NotifyFault] = []
    reads: list[Literal["none", "500", "502", "too-many", "migrating"]] = []
    """Taken by the GETs of the API, one each."""
    labels: list[Literal["none", "racing"]] = []
    """`racing`: somebody else makes the same label in the same instant."""
    cancels: list[Literal["none", "lost-502"]] = []
    credential: Literal["valid", "expired", "read-scope"] = "valid"
    no_capacity: bool = False


class Pace(BaseModel):
    """The time that each thing takes, in seconds."""

    pending: float = 0.3
    waiting: float = 0.3
    running: float = 2.4
    reaped: float = 3.0
    """From a reaped `failed` to the `successful` of the run that outlived it."""
    slow: float = 1.5
    late: float = 100.0
    """From the request to the commit of a launch whose client gave up."""
    explanation: float = 30.0
    retry_after: int = 1


class SimulatorConfig(BaseModel):
    """The options that the simulator is started with; `prefix` is the API root's path."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    template: str = "Prodgate deployment"
    token: str | None = None
    user: str = "svc-prodgate"
    password: str | None = None
    admin_password: str | None = None
    """Of the user `admin`, a superuser; without one nobody can log in as `admin`."""
    superuser: bool = False
    prefix: Literal["/api/", "/api/controller/"] = "/api/"
    allow_simultaneous: bool = False
    callback_url: str | None = None
    callback_secret: str | None = None
    callback_auth: Literal["header", "basic"] = "header"
    callback_method: Literal["POST", "PUT"] = "POST"
    policy: str | None = None
    """`host:port` that is asked before each job runs, and with `policy_token`."""
    policy_token: str = ""
    policy_patience: float = 0.0
    """Seconds that it may refuse connections."""
    grants: Path | None = None
    """The role's `prodgate.json`: with it, jobs of `deploy.yml` fail at their first task unless their grant is good."""
    state_file: Path | None = None
    pace: Pace = Pace()
    version: str = "24.6.1"


class Question(BaseModel):
    """One question of a template's survey."""

    variable: str
    type: Literal["text", "password", "integer", "multiplechoice"] = "text"
    required: bool = True
    choices: list[str] = []
    default: str | int | None = None


class Template(BaseModel):
    """A job template, with the flags that decide what a launch may carry."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    id: int
    name: str
    description: str = ""
    organization: int | None = 1
    job_type: Literal["run", "check"] = "run"
    project: int | None = 3
    inventory: int | None = 2
    playbook: str = "deploy.yml"
    limit: str = ""
    opa_query_path: str = ""
    timeout: int = 0
    ask_variables_on_launch: bool = True
    ask_labels_on_launch: bool = True
    ask_skip_tags_on_launch: bool = True
    skip_tags: str = ""
    extra_vars: dict[str, Any] = {}
    allow_simultaneous: bool = False
    job_slice_count: int = 1
    survey: list[Question] = []
    labels: list[int] = []
    may_start: bool = True
    may_view: bool = True
    notifies: bool = True
    deleted: bool = False


class Label(BaseModel):
    id: int
    name: str
    organization: int


class User(BaseModel):
    id: int
    name: str


ADMIN = User(id=1, name="admin")
SERVICE_ID = 5
PERSON = User(id=9, name="somebody-else")
"""The person who relaunches a job by hand."""

ACTIVE = frozenset({"new", "pending", "waiting", "running"})


class SimulatedJob(BaseModel):
    """A job's row. Times are aware UTC."""

    id: int
    template: int
    name: str
    created: datetime
    by: User
    launch_type: str = "manual"
    type: Literal["job", "workflow_job"] = "job"
    status: str = "pending"
    started: datetime | None = None
    finished: datetime | None = None
    canceled_on: datetime | None = None
    cancel_asked: bool = False
    job_explanation: str = ""
    result_traceback: str = ""
    extra_vars: dict[str, Any] = {}
    skip_tags: str = ""
    labels: list[int] = []
    artifacts: dict[str, Any] = {}
    stdout: str = ""
    events_finished: bool = False
    ever_ran: bool = False
    life: LifeFault = LifeFault.NONE
    notify: NotifyFault = NotifyFault.NONE
    notifications: list[dict[str, Any]] = Field(default_factory=list)
    limit: str | None = None
    scm_branch: str = ""
    revision: str = REVISION
    workflow_job: int | None = None

    @property
    def active(self) -> bool:
        return self.status in ACTIVE


def now() -> datetime:
    return datetime.now(UTC)
