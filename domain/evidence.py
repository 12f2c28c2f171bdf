"""The evidence of tests: what a pipeline has to be for a claim to stand, and what was seen of it.

https://docs.gitlab.com/api/pipelines/ and https://docs.gitlab.com/api/jobs/ say what the words mean.
"""

import re
from collections.abc import Collection
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from domain.decision import Digest, Jws
from domain.errors import EvidenceContradicts, EvidenceNotChecked, RuleViolation
from domain.ticket import PreChecks, Target
from domain.values import EvidenceUrl, Frozen, Moment

GitLabHost = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[1-9][0-9]{0,4})?$")]
"""A host, and its port where that is not 443; always reached by https."""

Project = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.+-]*(/[A-Za-z0-9_][A-Za-z0-9_.+-]*)+$")]
"""A project's full path: `group/subgroup/project`."""

Ref = Annotated[str, StringConstraints(min_length=1, max_length=255)]
JobTitle = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Word = Annotated[str, StringConstraints(max_length=64)]

SUCCESS = "success"
"""GitLab's status of a pipeline, or a job, that succeeded."""

MOST_JOBS = 50
"""Jobs whose status is kept."""

_ADDRESS = re.compile(
    r"https://([^/?#]+)/(.+?)(?:/-)?/pipelines/([1-9][0-9]{0,15})(?:/[a-z_]*)?(?:[?#].*)?", re.IGNORECASE
)
"""After the number comes one of its pages at most: a browser would go by `/../` to another pipeline than was read."""


class Tokens(Frozen):
    """A GitLab that evidence is read from, and the name of its token in the worker's file of tokens."""

    host: GitLabHost
    token_name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class EvidenceRule(Frozen):
    """The demands of a target's owners on the pipeline: its project, its ref, and jobs that succeeded.

    `{version}` in `ref` stands for the version that is asked for.
    """

    project: Annotated[Project, Field(max_length=500)] | None = None
    ref: Ref | None = None
    jobs: Annotated[tuple[JobTitle, ...], Field(max_length=20)] = ()

    @property
    def names_version(self) -> bool:
        """Tells whether only a pipeline of the owners' project that ran for the version fits."""
        return self.project is not None and "{version}" in (self.ref or "")


class PipelineAddress(Frozen):
    """A pipeline of a GitLab, as its page's address names it."""

    host: GitLabHost
    project: Annotated[Project, Field(max_length=500)]
    pipeline: Annotated[int, Field(ge=1)]

    @classmethod
    def of(cls, url: str, hosts: Collection[str]) -> Self | None:
        """The pipeline, where the address is that of one on these hosts; None for anything else."""
        found = _ADDRESS.fullmatch(url)
        if found is None or found[1].lower() not in hosts:
            return None
        try:
            return cls(host=found[1].lower(), project=found[2], pipeline=int(found[3]))
        except ValueError:
            return None


class JobStatus(Frozen):
    name: JobTitle
    status: Word


class Pipeline(Frozen):
    """A pipeline as GitLab tells of it. Of its jobs those that were asked for, and of the others those that failed."""

    project: str
    id: int
    status: Word
    ref: Ref
    sha: Annotated[str, StringConstraints(pattern="^[0-9a-f]{40}([0-9a-f]{24})?$")]
    jobs: Annotated[tuple[JobStatus, ...], Field(max_length=MOST_JOBS)] = ()


class EvidenceState(StrEnum):
    CHECKED = "checked"
    NOT_CHECKED = "not-checked"


class NotChecked(StrEnum):
    """The reason why nobody could look, for whoever says it in another language."""

    NO_TOKEN = "no-token"  # nosec B105  # noqa: S105  a reason
    TOKEN_REFUSED = "token-refused"  # nosec B105  # noqa: S105  a reason
    NOT_FOUND = "not-found"
    AWAY = "away"
    UNREADABLE = "unreadable"
    NOT_KEPT = "not-kept"


class Evidence(Frozen):
    """Test evidence as it was seen when a request was submitted: the pipeline, or why there is none.

    `key` is the submission's, so that it goes with no other one. The worker seals it.
    """

    key: Digest
    url: EvidenceUrl
    at: Moment
    state: EvidenceState
    pipeline: Pipeline | None = None
    reason: NotChecked | None = None
    why: Annotated[str, StringConstraints(max_length=500)] | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        checked = self.state is EvidenceState.CHECKED
        said = {self.pipeline is not None, self.reason is None, self.why is None}
        if said != {checked}:
            raise ValueError("a pipeline goes with checked, a reason with not-checked")
        return self


class EvidenceWanted(Frozen):
    """A pipeline to be read for a submission, and the names of the jobs that matter."""

    key: Digest
    url: EvidenceUrl
    address: PipelineAddress
    token_name: str
    jobs: tuple[JobTitle, ...] = ()


class SealedEvidence(Frozen):
    """The evidence, and the worker's signature on it; None where the record has no key of the service."""

    evidence: Evidence
    seal: Jws | None = None


def is_job(name: str, wanted: str) -> bool:
    """Tells whether a job is the one of that name, or one of those that `parallel` made of it."""
    rest = name.removeprefix(wanted)
    return name.startswith(wanted) and (not rest or re.fullmatch(r" [0-9]+/[0-9]+|: \[.*\]", rest) is not None)


def contradiction(evidence: Evidence, rule: EvidenceRule, target: Target) -> EvidenceContradicts | None:
    """The refusal of a request whose own evidence says otherwise; None where it doesn't, or nobody could look."""
    seen = evidence.pipeline
    if seen is None:
        return None
    if rule.project is not None and seen.project.lower() != rule.project.lower():
        return _contradicts(seen, f"it is of {seen.project}, not of {rule.project}", "project", wanted=rule.project)
    if rule.ref is not None and seen.ref != (ref := rule.ref.replace("{version}", target.version)):
        return _contradicts(seen, f"it ran for {seen.ref}, not for {ref}", "ref", ref=seen.ref, wanted=ref)
    for wanted in rule.jobs:
        found = [job for job in seen.jobs if is_job(job.name, wanted)]
        if not found:
            return _contradicts(seen, f"it has no job {wanted}", "job-missing", job=wanted)
        for job in found:
            if job.status != SUCCESS:
                return _contradicts(seen, f"its job {job.name} is {job.status}", "job", job=job.name, status=job.status)
    if seen.status != SUCCESS:
        return _contradicts(seen, f"it is {seen.status}", "status", status=seen.status)
    return None


def _contradicts(seen: Pipeline, how: str, what: str, **params: str) -> EvidenceContradicts:
    sentence = f"The tests are said to have passed, but pipeline {seen.id} speaks against it: {how}"
    return EvidenceContradicts(sentence, pipeline=str(seen.id), what=what, project=seen.project, **params)


def objection(evidence: Evidence | None, checks: PreChecks) -> RuleViolation | None:
    """The refusal of a request whose evidence nobody checked; for a rule that asks for checked evidence."""
    if evidence is None:
        return EvidenceNotChecked(f"Nobody checked {checks.test_evidence_url}: it is no pipeline of a GitLab we ask")
    if evidence.state is EvidenceState.NOT_CHECKED:
        return EvidenceNotChecked(f"The test evidence could not be checked: {evidence.why}")
    return None
