"""Holds what Git, AWX and the channels have against what clients were answered, and names what is not as it must be.

It is pure, and knows nothing of the product: the rules below are written anew, so that a rule which the product lost is
still here.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Wrong(StrEnum):
    """The kinds of findings."""

    MISSING = "answered and missing in Git"
    REFUSED = "refused and in Git all the same"
    ILLEGAL = "illegal history"
    REWRITTEN = "file and commits differ"
    UNREADABLE = "the product reads it otherwise"
    SELF_APPROVED = "approved by who asked"
    DOUBLED = "one request, several tickets"
    UNENDED = "never ended"
    UNAPPROVED = "job without approval"
    DOUBLE_JOB = "double job"
    UNLIKE_AWX = "ended otherwise than its job"
    UNTOLD = "announcement lost"
    UNVERIFIED = "prodgate verify"
    INTERNAL = "internal error"
    UNMADE = "report never made"


MAY_COME = frozenset({Wrong.MISSING, Wrong.UNENDED, Wrong.UNTOLD, Wrong.UNLIKE_AWX, Wrong.UNMADE})
"""Findings that time may mend; the others stay."""


@dataclass(frozen=True)
class Finding:
    wrong: Wrong
    subject: str
    says: str

    def __str__(self) -> str:
        return f"{self.wrong}: {self.subject}: {self.says}"


@dataclass(frozen=True)
class Entry:
    """One entry of a ticket's history. `job` is AWX's number of the job, where the entry names one.

    `emergency` marks an approval by which one person went past the rules.
    """

    action: str
    at: datetime
    by: str
    job: str | None = None
    emergency: bool = False

    def __str__(self) -> str:
        return f"{self.action} by {self.by} at {self.at.isoformat()}"


History = tuple[Entry, ...]

INTERNAL_ERROR = 500
"""502 to 504 say openly that nothing is promised; this says that nobody had thought of it."""


@dataclass(frozen=True)
class Answer:
    """A client's note of one answer: to whom, for what, and the ticket as the answer showed it.

    Status 0 is no answer at all. `key` is the Idempotency-Key of a submission, `kind` the problem's kind of a refusal.
    """

    person: str
    act: str
    status: int
    ticket: str | None = None
    key: str | None = None
    kind: str | None = None
    history: History = ()

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        return 400 <= self.status < INTERNAL_ERROR


@dataclass(frozen=True)
class Job:
    """A job that AWX made; `ran` tells whether it ever began."""

    number: int
    ticket: str
    attempt: int
    status: str
    ran: bool


@dataclass(frozen=True)
class Evidence:
    """Everything that is held against each other.

    `commits` has the actions of each ticket as commits say them, `read` the histories as the product's reader says
    them, `told` the announcements that each channel brought, by id, `reports` the state of each.
    """

    histories: Mapping[str, History] = field(default_factory=dict)
    commits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    read: Mapping[str, History] = field(default_factory=dict)
    requesters: Mapping[str, str] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()
    jobs: tuple[Job, ...] = ()
    told: Mapping[str, frozenset[str]] = field(default_factory=dict)
    reports: Mapping[str, str] = field(default_factory=dict)
    unverified: str = ""


UNDECIDED = frozenset({"endorsed", "unendorsed", "approved", "rejected", "cancelled", "expired", "superseded"})
"""The actions that may follow while people decide."""

FOLLOWS: Mapping[str | None, frozenset[str]] = {
    None: frozenset({"created"}),
    **dict.fromkeys(("endorsed", "unendorsed", "lapsed"), UNDECIDED),
    "created": UNDECIDED - {"unendorsed"},
    "approved": frozenset({"deploying", "due", "held", "cancelled", "superseded", "lapsed"}),
    "due": frozenset({"deploying", "held", "cancelled", "superseded", "lapsed"}),
    "held": frozenset({"released", "cancelled", "superseded", "lapsed"}),
    "released": frozenset({"deploying", "due", "held", "cancelled", "superseded", "lapsed"}),
    "deploying": frozenset({"deployed", "failed", "verifying"}),
    "verifying": frozenset({"deployed", "failed"}),
    "deployed": frozenset({"ratified", "refuted"}),
    "failed": frozenset({"retried", "ratified", "refuted"}),
    "retried": frozenset({"deploying", "lapsed", "failed"}),
}
"""The actions that may follow each; an action that is not here ends the ticket."""

ANSWERS = frozenset({"ratified", "refuted"})
"""The actions by which somebody answers for an emergency of somebody else, once."""

WAITING = frozenset({"created", "lapsed", "endorsed", "unendorsed"})
ENDED = frozenset({"deployed", "failed", "rejected", "cancelled", "expired", "superseded"}) | ANSWERS
FOR_OPERATORS = frozenset({"internal", "not-running"})
"""Kinds of refusals that send people to the operators, who would find nothing to mend."""

RECORDED_AS = {
    "approve": frozenset({"approved", "endorsed"}),
    "unendorse": frozenset({"unendorsed"}),
    "reject": frozenset({"rejected"}),
    "cancel": frozenset({"cancelled"}),
    "retry": frozenset({"retried"}),
    "hold": frozenset({"held"}),
    "release": frozenset({"released"}),
    "emergency": frozenset({"approved"}),
    "ratify": frozenset({"ratified"}),
    "refute": frozenset({"refuted"}),
}
ANNOUNCED = {
    **{name: f"request-{name}" for name in ("created", "approved", "rejected", "cancelled", "expired", "superseded")},
    **{name: f"request-{name}" for name in ("held", "released", "lapsed", "endorsed", "unendorsed")},
    **{name: f"emergency-{name}" for name in ANSWERS},
    "deploying": "deployment-started",
    "deployed": "deployment-succeeded",
    "failed": "deployment-failed",
}
NOT_TOLD = {"mail": frozenset({"request-endorsed", "request-unendorsed"})}
"""What a channel says nothing of: nobody is mailed about a vote."""


def findings(evidence: Evidence) -> list[Finding]:
    """Everything that is wrong; nothing where all is as it must be."""
    return [finding for check in CHECKS for finding in check(evidence)]


def _answered(evidence: Evidence) -> Iterator[Finding]:
    """The history that an answer showed of a ticket is the beginning of its history, now and for ever."""
    for answer in evidence.answers:
        if not answer.good or answer.ticket is None or not answer.history:
            continue
        recorded = evidence.histories.get(answer.ticket, ())
        if recorded[: len(answer.history)] != answer.history:
            lost = next((each for each in answer.history if each not in recorded), answer.history[-1])
            yield Finding(Wrong.MISSING, answer.ticket, f"{answer.person} was answered {answer.status}: {lost}")


def _refused(evidence: Evidence) -> Iterator[Finding]:
    """Whoever was refused each time that they asked has done nothing; one who had no answer may have."""
    answered: dict[tuple[str, str, str], list[Answer]] = {}
    for answer in evidence.answers:
        if answer.act in RECORDED_AS and answer.ticket:
            answered.setdefault((answer.person, answer.act, answer.ticket), []).append(answer)
    for (person, act, ticket), answers in answered.items():
        done = {each.action for each in evidence.histories.get(ticket, ()) if each.by == person}
        if all(answer.refused for answer in answers) and done & RECORDED_AS[act]:
            yield Finding(Wrong.REFUSED, ticket, f"{act} by {person}: {answers[-1].kind}")


def _histories(evidence: Evidence) -> Iterator[Finding]:
    for ticket, history in evidence.histories.items():
        before: Entry | None = None
        for entry in history:
            action = before.action if before else None
            if entry.action not in FOLLOWS.get(action, frozenset()):
                yield Finding(Wrong.ILLEGAL, ticket, f"{entry.action} after {action or 'nothing'}")
            if before and entry.at < before.at:
                yield Finding(Wrong.ILLEGAL, ticket, f"{entry.action} is dated before {before.action}")
            before = entry
        if any(each.action in RECORDED_AS["approve"] and each.by == evidence.requesters[ticket] for each in history):
            yield Finding(Wrong.SELF_APPROVED, ticket, evidence.requesters[ticket])


def _emergencies(evidence: Evidence) -> Iterator[Finding]:
    """Whoever answers for an emergency neither asked for it nor declared it; nothing else is answered for."""
    for ticket, history in evidence.histories.items():
        for number, entry in enumerate(history):
            if entry.action not in ANSWERS:
                continue
            approved = [each for each in history[:number] if each.action == "approved"]
            if not approved or not approved[-1].emergency:
                yield Finding(Wrong.ILLEGAL, ticket, f"{entry.action}, and nobody declared an emergency")
            elif entry.by in {evidence.requesters[ticket], approved[-1].by}:
                yield Finding(Wrong.SELF_APPROVED, ticket, f"{entry.action} by {entry.by}")


def _readings(evidence: Evidence) -> Iterator[Finding]:
    for ticket in sorted(evidence.histories.keys() | evidence.commits.keys() | evidence.read.keys()):
        history = evidence.histories.get(ticket, ())
        actions, commits = tuple(each.action for each in history), evidence.commits.get(ticket, ())
        if actions != commits:
            yield Finding(Wrong.REWRITTEN, ticket, f"{', '.join(actions)}; commits: {', '.join(commits)}")
        if history != evidence.read.get(ticket, ()):
            yield Finding(Wrong.UNREADABLE, ticket, "not what the file says")


def _doubled(evidence: Evidence) -> Iterator[Finding]:
    """Whoever asks again with the same key is answered with the same ticket."""
    made: dict[tuple[str, str], set[str]] = {}
    for answer in evidence.answers:
        if answer.act == "submit" and answer.good and answer.key and answer.ticket:
            made.setdefault((answer.person, answer.key), set()).add(answer.ticket)
    for (_, key), tickets in made.items():
        if len(tickets) > 1:
            yield Finding(Wrong.DOUBLED, key, ", ".join(sorted(tickets)))


def _ends(evidence: Evidence) -> Iterator[Finding]:
    """A ticket that was approved ends; one that waits for a person waits."""
    for ticket, history in evidence.histories.items():
        last = history[-1].action
        if last not in ENDED | WAITING:
            yield Finding(Wrong.UNENDED, ticket, f"stands at {last}")


def _jobs(evidence: Evidence) -> Iterator[Finding]:
    for job in evidence.jobs:
        actions = [each.action for each in evidence.histories.get(job.ticket, ())]
        granted = actions.count("approved") + actions.count("retried")
        if "approved" not in actions or job.attempt > granted:
            yield Finding(Wrong.UNAPPROVED, job.ticket, f"job {job.number} is attempt {job.attempt}")
    for (ticket, attempt), count in Counter((job.ticket, job.attempt) for job in evidence.jobs).items():
        if count > 1:
            yield Finding(Wrong.DOUBLE_JOB, ticket, f"{count} jobs of attempt {attempt}")


def _outcomes(evidence: Evidence) -> Iterator[Finding]:
    """A ticket is deployed if, and only if, one of its jobs was successful."""
    done = {job.ticket for job in evidence.jobs if job.status == "successful"}
    for ticket, history in evidence.histories.items():
        last = next(each.action for each in reversed(history) if each.action not in ANSWERS)
        if (last == "deployed") is not (ticket in done):
            yield Finding(Wrong.UNLIKE_AWX, ticket, f"{last}; AWX {'did' if ticket in done else 'did not'}")


def announcements(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Everything that has to be told, by id, with its ticket: not a retry, a date, or a launch that AWX refused."""
    for ticket, history in evidence.histories.items():
        for number, entry in enumerate(history, start=1):
            if entry.action in ANNOUNCED and not (entry.action == "deploying" and entry.job is None):
                yield f"{ticket}.{number}.{ANNOUNCED[entry.action]}", ticket


def _told(evidence: Evidence) -> Iterator[Finding]:
    for identity, ticket in announcements(evidence):
        for channel, told in evidence.told.items():
            if identity not in told and identity.rpartition(".")[2] not in NOT_TOLD.get(channel, ()):
                yield Finding(Wrong.UNTOLD, ticket, f"{channel} has no {identity}")


def _rest(evidence: Evidence) -> Iterator[Finding]:
    for answer in evidence.answers:
        if answer.status == INTERNAL_ERROR or answer.kind in FOR_OPERATORS:
            says = f"{answer.person}, {answer.act}: {answer.status} {answer.kind}"
            yield Finding(Wrong.INTERNAL, answer.ticket or answer.key or "-", says)
    for report, state in evidence.reports.items():
        if state != "made":
            yield Finding(Wrong.UNMADE, report, state)
    if evidence.unverified:
        yield Finding(Wrong.UNVERIFIED, "the record", evidence.unverified)


CHECKS: tuple[Callable[[Evidence], Iterator[Finding]], ...] = (
    *(_answered, _refused, _histories, _emergencies, _readings, _doubled, _ends, _jobs, _outcomes, _told, _rest),
)


def summary(evidence: Evidence, found: list[Finding]) -> str:
    """The counts of what was looked at and of what was wrong, a line each, and then each finding."""
    count = Counter(each.wrong for each in found)
    acts, owed = sum(map(len, evidence.histories.values())), sum(1 for _ in announcements(evidence))
    good, none = sum(answer.good for answer in evidence.answers), sum(not answer.status for answer in evidence.answers)
    told = ", ".join(sorted(evidence.told)) or "no channel"
    lines = [
        f"{len(evidence.answers)} times asked, {good} answers good, {none} times none",
        f"{len(evidence.histories)} tickets, {acts} acts, {len(evidence.jobs)} jobs, {owed} announcements by {told}",
    ]
    lines += [f"{wrong.value:<32} {count[wrong]}" for wrong in Wrong]
    return "\n".join([*lines, *map(str, found)])
