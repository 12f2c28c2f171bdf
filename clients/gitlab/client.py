"""Reads one pipeline and its jobs from GitLab's REST API, version 4.

https://docs.gitlab.com/api/pipelines/#get-a-single-pipeline and https://docs.gitlab.com/api/jobs/#list-pipeline-jobs:
jobs that were retried are left out there, and a list comes in pages of at most a hundred.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from clients.http import reason, retry_after
from clients.secrets_file import read_secrets_file
from clients.tls import context
from domain.evidence import MOST_JOBS, SUCCESS, EvidenceWanted, JobStatus, NotChecked, Pipeline, PipelineAddress, is_job

READ_WITHIN = 8.0
"""Seconds for all that is asked of GitLab about one pipeline: somebody waits for it."""

CONNECT_WITHIN = 3.0
TRIES = 3
LONGEST_WAIT = 2.0
"""The seconds that GitLab may ask to wait before another try is worth it."""

MOST_PAGES = 20
PAGE = 100
LARGEST = 4_000_000
"""Bytes of one answer: a hundred jobs have some hundred kilobytes."""

RowT = TypeVar("RowT")


class GitLabUnavailable(Exception):
    """The pipeline could not be read; `str()` says why, in one sentence without any secret."""

    def __init__(self, reason: NotChecked, why: str) -> None:
        super().__init__(why)
        self.reason = reason


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _PipelineRow(_Row):
    id: int
    status: Annotated[str, Field(max_length=64)]
    ref: Annotated[str, Field(min_length=1, max_length=255)]
    sha: Annotated[str, Field(pattern="^[0-9a-f]{40}([0-9a-f]{24})?$")]


class _JobRow(_Row):
    name: Annotated[str, Field(min_length=1)]
    status: Annotated[str, Field(max_length=64)]


_JOBS = TypeAdapter(list[_JobRow])


@dataclass(frozen=True)
class GitLabReader:
    """Reads from every GitLab that a token is known for. `tokens` are those of the file, by name."""

    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca_bundle: Path | None = None

    async def pipeline(self, wanted: EvidenceWanted) -> Pipeline:
        """The pipeline, with those of its jobs that matter. Raises GitLabUnavailable."""
        token = self.tokens.get(wanted.token_name)
        if token is None:
            raise GitLabUnavailable(
                NotChecked.NO_TOKEN, f"the worker has no token {wanted.token_name} for {wanted.address.host}"
            )
        try:
            async with asyncio.timeout(READ_WITHIN), self._client(wanted.address, token) as http:
                return await _read(http, wanted)
        except TimeoutError as error:
            raise GitLabUnavailable(
                NotChecked.AWAY, f"{wanted.address.host} did not answer within {READ_WITHIN:g} s"
            ) from error
        except (httpx.HTTPError, OSError, UnicodeError) as error:
            why = reason(error)
            raise GitLabUnavailable(NotChecked.AWAY, f"{wanted.address.host} can't be reached: {why}") from error

    def _client(self, address: PipelineAddress, token: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=f"https://{address.host}/api/v4/",
            headers={"PRIVATE-TOKEN": token, "Accept": "application/json"},
            verify=context(self.ca_bundle, None),
            timeout=httpx.Timeout(READ_WITHIN, connect=CONNECT_WITHIN),
            follow_redirects=False,  # a token goes to the host that it is for
        )


async def _read(http: httpx.AsyncClient, wanted: EvidenceWanted) -> Pipeline:
    address = wanted.address
    answer = await _get(http, "", address)
    try:
        row = _PipelineRow.model_validate_json(answer)
    except ValidationError as error:
        raise _strange(address) from error
    if row.id != address.pipeline:
        raise _strange(address)
    jobs = await _jobs(http, address)
    asked = [job for job in jobs if any(is_job(job.name, name) for name in wanted.jobs)]
    asked.sort(key=lambda job: job.status == SUCCESS)  # of too many, what speaks against the claim is kept
    others = [job for job in jobs if job not in asked and job.status == "failed"]
    kept = tuple(JobStatus(name=job.name[:255], status=job.status) for job in (*asked, *others)[:MOST_JOBS])
    return Pipeline(project=address.project, id=row.id, status=row.status, ref=row.ref, sha=row.sha, jobs=kept)


async def _jobs(http: httpx.AsyncClient, address: PipelineAddress) -> list[_JobRow]:
    """Every job of the pipeline, page after page. Raises GitLabUnavailable for more pages than anybody has."""
    found: list[_JobRow] = []
    for number in range(1, MOST_PAGES + 1):
        answer = await _get(http, f"/jobs?per_page={PAGE}&page={number}", address)
        try:
            page = _JOBS.validate_json(answer)
        except ValidationError as error:
            raise _strange(address) from error
        found += page
        if len(page) < PAGE:
            return found
    raise GitLabUnavailable(
        NotChecked.UNREADABLE, f"pipeline {address.pipeline} has more than {MOST_PAGES * PAGE} jobs"
    )


async def _get(http: httpx.AsyncClient, path: str, address: PipelineAddress) -> bytes:
    """The body of a 200; what GitLab can't answer now is asked again, as long as that may help."""
    pipeline = f"projects/{quote(address.project, safe='')}/pipelines/{address.pipeline}"
    for attempt in range(1, TRIES + 1):
        try:
            async with http.stream("GET", f"{pipeline}{path}") as answer:
                if answer.status_code == httpx.codes.OK:
                    return await _body(answer, address)
                wait = _wait(answer, attempt)
        except httpx.TransportError:
            if attempt == TRIES:
                raise
            wait = attempt * 0.2
        if wait is None or attempt == TRIES:
            break
        await asyncio.sleep(wait)
    raise _refusal(answer.status_code, address)


async def _body(answer: httpx.Response, address: PipelineAddress) -> bytes:
    body = b""
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > LARGEST:
            raise _strange(address)
    return body


def _wait(answer: httpx.Response, attempt: int) -> float | None:
    """The seconds until another try; None where it would get the same answer, or somebody waited too long for it."""
    if answer.status_code != httpx.codes.TOO_MANY_REQUESTS and answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
        return None
    asked = retry_after(answer.headers)
    seconds = attempt * 0.2 if asked is None else asked
    return seconds if seconds <= LONGEST_WAIT else None


def _refusal(status: int, address: PipelineAddress) -> GitLabUnavailable:
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return GitLabUnavailable(NotChecked.TOKEN_REFUSED, f"{address.host} does not take our token ({status})")
    if status == httpx.codes.NOT_FOUND:
        said = f"{address.host} shows us no pipeline {address.pipeline} of {address.project}"
        return GitLabUnavailable(NotChecked.NOT_FOUND, said)
    return GitLabUnavailable(NotChecked.AWAY, f"{address.host} answered {status}")


def _strange(address: PipelineAddress) -> GitLabUnavailable:
    return GitLabUnavailable(NotChecked.UNREADABLE, f"{address.host} answered something that GitLab does not")


_TOKENS: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, Annotated[str, Field(pattern=r"^[!-~]{1,500}$")]])


def read_tokens(file: Path) -> dict[str, str]:
    """The tokens in a JSON file, by name. Raises SecretsUnusable."""
    return read_secrets_file(file, _TOKENS)
