"""The service's own sentences in the record: written from one table, and read back for readers of other languages.

A text is a chain of remarks: `The ticket's file was changed after the approval; nothing was launched` is two. What
follows them, such as AWX's own words and a job's output, is quoted as it is.
"""

import re
from string import Formatter
from typing import Annotated, Any

from pydantic import Field

from domain.errors import NotAuthorized, SelfApproval, ServiceDecides, kind_of
from domain.values import Frozen

QUOTED = "quoted"
"""The kind of a remark that quotes somebody else, AWX for instance: its only value is the text."""

TEMPLATES: dict[str, str] = {
    "awx-ran": "AWX ran it from {started} to {finished}.",
    "awx-twins": "AWX made more than one job for this attempt: see {jobs} too.",
    "awx-reports": "AWX reports: {outcome}",
    # Why nothing was launched
    "nothing-launched": "nothing was launched",
    "not-approved": "The request is {state}, not approved",
    "file-changed": "The ticket's file was changed after the approval",
    "tenant-gone": "The tenant {tenant} no longer exists",
    "target-not-owned": "{tenant} owns no {type} named {name} in the catalogue",
    "requester-gone": "{requester}, who asked for it, may not any more",
    "approver-gone": "{approver}, who approved, holds no role any more",
    "delegation-gone": "Nothing lets {approver}, who approved, vote for {giver} any more",
    "approver-refused": "{approver}, who approved, no longer may",
    **{kind_of(refusal): refusal.sentence for refusal in (NotAuthorized, SelfApproval, ServiceDecides)},
    # Why an approval no longer covers its request
    "approve-anew": "the request has to be approved again",
    "production-moved-on": "Production was changed by {ticket} to {version} after the approval",
    "votes-missing": "By the company's rules as they are now, votes are missing: {votes}",
    "emergency-no-more": "No rule lets {approver} declare this emergency any more",
    "emergency-overdue": "Nobody answered for the emergency until {until}",
    # Why a rule of the company approved, or does not
    "standard-approves": (
        "The rule {rule} approved it: impact {impact}, step {step} from {before}, {count} clean deployments: {tickets}"
    ),
    "standard-impact": "the impact is {impact}, and the rule approves {highest} at most",
    "standard-not-forward": "it is no step forward from {before}",
    "standard-step": "the step is {step}, and the rule approves {largest} at most",
    "standard-count": "the target has {count} clean deployments within {days} days, and {wanted} are needed",
    "standard-breaking": "its contract breaks who calls it",
    "standard-not-compared": "nobody could compare its contract with production's",
    "standard-stopped": "people stopped {ticket}, which asked for {version}",
    "standard-untested": "nobody saw that its test evidence holds",
    "standard-once": "a rule approves a request right after it was recorded, or not at all",
    "standard-no-more": "No rule approves it any more",
    "approval-too-old": "The approval was valid until {until}",
    "no-such-approval": "The record has no such approved request",
    "date-not-come": "The date that the request asks for has not come",
    "not-proven": "The record does not prove that somebody let it through",
    "asked-by-nobody": "The launch was not asked for by a promotion of the record",
    "template-without-variables": (
        "AWX's job template does not prompt for variables, so that it would deploy without them"
    ),
    "template-slices": "AWX's job template cuts a job into {slices} slices",
    "awx-templates": "AWX shows {found} job templates for {template}, not one",
    "awx-credentials": (
        "AWX does not accept the credentials: the token is unknown, expired or revoked, or the password is wrong"
    ),
    "awx-forbids": "AWX forbids it: the user lacks the right, or the token may only read",
    "awx-missing": "AWX knows no such object, or does not show it to this user",
    "awx-refused": "AWX refused",
    # A job of something else than was approved
    "job-differs": "AWX made job {job} of something else than was approved",
    "differs-in-kind": "it is a {type}",
    "differs-in-fields": "the job template ignored {fields}",
    "differs-in-values": "other values for {fields}",
    "had-begun": "it had begun already, and is {status}: look at the target before trying again",
    "cancelled-before": "it was cancelled before it began",
    "told-to-stop": "it was told to stop: look at the target before trying again",
    # How a job ended
    "job-failed": "AWX says that the job failed",
    "job-cancelled": "The job was cancelled in AWX",
    "job-lost": "AWX lost sight of the job, so that its outcome is unknown: look at the target before trying again",
    "job-ended": "AWX ended the job as {status}",
    "output-unread": "its output cannot be read",
    "outcome-unknown": "Outcome unknown",
    "never-answered": "AWX was asked {times} times and never answered.",
    "job-vanished": "The job has vanished from AWX: somebody deleted it, or a clean-up did",
    "job-hidden": "AWX no longer shows the job: its template was deleted, or the user lost its role",
    "still-running": "AWX still runs the job after {after}; it was left alone",
    "not-started": "AWX did not start the job within {within} ({explanation})",
    "was-cancelled": "it was cancelled",
    "not-cancelled": "it could not be cancelled",
    # Whether what a job deployed is well
    "health-held": "The target's check held for {seconds} s, in {looks} looks; last seen: {seen}",
    "health-failed": "The target's check did not hold for {wanted} s within {within} s; last seen: {seen}",
    "health-unnamed": "The record names no check of the target any more",
    "health-unreadable": "The target's check can't be read in the catalogue: {seen}",
}
"""Every sentence that the service writes into a ticket, by its kind. What is recorded already has these very words."""


class Remark(Frozen):
    """One sentence of the service, by its kind, with the values in it."""

    kind: Annotated[str, Field(json_schema_extra={"enum": [*TEMPLATES, QUOTED]})]
    params: dict[str, str] = Field(default_factory=dict)


def write(kind: str, **params: Any) -> str:
    """The sentence of this kind, with its values."""
    return TEMPLATES[kind].format(**params)


def unlaunched(kind: str, **params: Any) -> str:
    """The sentence of this kind, as the reason why nothing was launched."""
    return f"{write(kind, **params)}; {write('nothing-launched')}"


def read(text: str | None) -> tuple[Remark, ...]:
    """The remarks that the text is made of, with what follows them quoted; none for what others wrote."""
    found: list[Remark] = []
    rest = text or ""
    while match := _match(_JOINT.sub("", rest) if found else rest):
        kind, length, params = match
        rest = (_JOINT.sub("", rest) if found else rest)[length:]
        found.append(Remark(kind=kind, params=params))
    quoted = rest.lstrip(" .;:").rstrip()
    if found and quoted.strip("()."):
        found.append(Remark(kind=QUOTED, params={"text": quoted}))
    return tuple(found)


_JOINT = re.compile(r"\A[\s.;:()]+")
"""The signs that stand between two remarks."""

_WORD = r"[^\s;()]*[^\s;:().,]"
_TIME = r"(?:\d+ days?, )?[\d:.]*\d"
_SHAPES = {
    "jobs": r"[^;()]+?",
    "seen": r".+",
    "fields": r"[^;()]+",
    "votes": r"[^;()]+",
    "tickets": r"[^;()]+",
    "explanation": r".+?",
    "template": r"'[^\n]*'|\"[^\n]*\"",
    "after": _TIME,
    "within": _TIME,
}
"""The shape of a value: one word, unless it is one of these."""


def _pattern(template: str) -> re.Pattern[str]:
    """Makes the pattern that finds the template at the beginning of a text."""
    pieces = (
        re.escape(literal) + (f"(?P<{name}>{_SHAPES.get(name, _WORD)})" if name else "")
        for literal, name, _, _ in Formatter().parse(template)
    )
    return re.compile("".join(pieces), re.DOTALL)


_PATTERNS = {kind: _pattern(template) for kind, template in TEMPLATES.items()}


def _match(text: str) -> tuple[str, int, dict[str, str]] | None:
    """The remark that the text begins with: its kind, its length and its values; the longest where several would do."""
    matches = ((kind, pattern.match(text)) for kind, pattern in _PATTERNS.items())
    found = [(kind, match.end(), match.groupdict()) for kind, match in matches if match]
    return max(found, key=lambda each: each[1], default=None)
