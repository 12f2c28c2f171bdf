"""The service's words in tickets can be read back: every sentence alone, in chains, and before others' words."""

from string import Formatter

import pytest

from domain.deployment import JobOutcome, JobResult
from domain.errors import NotAuthorized
from domain.remarks import QUOTED, TEMPLATES, Remark, read, unlaunched, write
from tests.domain.builders import NOW

VALUES = {
    "started": "2026-03-02T10:30:00Z",
    "finished": "2026-03-02T10:31:12Z",
    "jobs": "awx-job-12, awx-job-13",
    "approver": "jean.d'upont+prod@cab-i.com",
    "fields": "attempt, tenant",
    "after": "4:00:00",
    "within": "1 day, 0:00:00",
    "template": "'Deploy it'",
    "explanation": "waits for an instance group",
}


@pytest.mark.parametrize("kind", TEMPLATES)
def test_every_sentence_is_read_as_it_was_written(kind: str) -> None:
    """Its kind, and each of its values."""
    names = [name for _, name, _, _ in Formatter().parse(TEMPLATES[kind]) if name]
    params = {name: VALUES.get(name, "some-word") for name in names}
    assert read(write(kind, **params)) == (Remark(kind=kind, params=params),)


def test_a_story_is_read_in_its_parts() -> None:
    """It says when the job ran, and that it has twins."""
    story = JobResult(job=1, outcome=JobOutcome.SUCCEEDED, started_at=NOW, finished_at=NOW, twins=(2, 3)).story
    assert [remark.kind for remark in read(story)] == ["awx-ran", "awx-twins"]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (unlaunched("tenant-gone", tenant="tenant-finance"), ["tenant-gone", "nothing-launched"]),
        (
            f"jean@cab-i.com, who approved, no longer may: {NotAuthorized.sentence}; nothing was launched",
            ["approver-refused", "not-authorized", "nothing-launched"],
        ),
        ("Outcome unknown: AWX was asked 2 times and never answered.", ["outcome-unknown", "never-answered"]),
        (
            f"{write('job-differs', job=12)} (it is a workflow_job); it was cancelled before it began",
            ["job-differs", "differs-in-kind", "cancelled-before"],
        ),
        (
            "Outcome unknown. AWX did not start the job within 1:00:00 (waiting); it was cancelled",
            ["outcome-unknown", "not-started", "was-cancelled"],
        ),
    ],
)
def test_chains_are_read_in_their_order(text: str, kinds: list[str]) -> None:
    """Whatever stands between them."""
    assert [remark.kind for remark in read(text)] == kinds


def test_what_awx_says_is_quoted_as_it_is() -> None:
    """Its explanation, and a job's output on lines of its own."""
    failed = Remark(kind="job-failed")
    for rest in ("\n\nPLAY [Deploy] ***\n  fatal: AWX refused", "Job terminated due to timeout.\n\nPLAY"):
        joint = "." if rest.startswith("\n") else ". "
        read_back = read(f"AWX says that the job failed{joint}{rest}")
        assert read_back == (failed, Remark(kind=QUOTED, params={"text": rest}))


@pytest.mark.parametrize("text", [None, "", "The database plan is missing", "I think that AWX refused", "x" * 8_192])
def test_what_others_wrote_is_no_remark(text: str | None) -> None:
    """It is shown as it was written."""
    assert read(text) == ()
