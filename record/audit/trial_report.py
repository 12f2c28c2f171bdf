"""Shows what a change of rules would have done to past requests: a table for people, one object for programs."""

from collections.abc import Iterator

from domain.replaying import Effect, Stop
from domain.ticket import Action
from domain.values import CommitId, Frozen, TicketId
from record.audit.columns import aligned
from record.audit.trial import Newest, Trial, TrialRow
from record.people.members import Fault

_HEAD = ("RULE", "DOES", "TODAY", "CHANGED", "NEWLY", "DEPLOYED", "FAILED", "FREED", "NEWEST OF THESE")
_NUMBERS = frozenset(range(2, 8))
MOST_UNREAD = 20
"""Files that hold no ticket which a report names."""


class TrialCounts(Frozen):
    """Launches, or requests, of one kind, by today's rules and by the change.

    `newly` are those that become of this kind, with how they ended; `freed` are no longer. `newest` names a few.
    """

    today: int
    changed: int
    newly: int
    deployed: int
    failed: int
    freed: int
    newest: tuple[TicketId, ...]


class StoppedLaunches(TrialCounts):
    """Launches that a rule stops, and by what; `votes` are those that an approval takes."""

    rule: str
    effect: Effect
    votes: int | None


class StandardRequests(TrialCounts):
    """Requests that a rule approves by itself."""

    rule: str


class UndecidedRequests(Frozen):
    """Requests for which the change decides nothing, for these rules contradict each other."""

    rules: tuple[str, ...]
    requests: int
    newest: tuple[TicketId, ...]


class StrandedRequests(Frozen):
    """Open requests that nobody could approve by the rule."""

    rule: str
    requests: int
    newest: tuple[TicketId, ...]


class TrialReport(Frozen):
    """The effect of a change on past requests. `today` is the commit of today's rules, `changed` that of the change,
    null for files. `unread` names files that hold no ticket, `unreadMore` counts those beyond."""

    today: CommitId
    changed: CommitId | None
    requests: int
    launches: int
    unread: tuple[str, ...]
    unread_more: int
    total: TrialCounts
    rows: tuple[StoppedLaunches, ...]
    standard: tuple[StandardRequests, ...]
    undecided: tuple[UndecidedRequests, ...]
    stranded: tuple[StrandedRequests, ...]


def report(trial: Trial, commits: tuple[str, str | None]) -> TrialReport:
    """The outcome for programs; `commits` are that of today's rules, and that of the change, None for files."""
    unread = sorted(trial.unread)
    return TrialReport(
        today=commits[0],
        changed=commits[1],
        requests=trial.requests,
        launches=trial.launches,
        unread=tuple(unread[:MOST_UNREAD]),
        unread_more=len(unread[MOST_UNREAD:]),
        total=_counts(trial.total),
        rows=tuple(_stopped(*each) for each in _ordered(trial)),
        standard=tuple(
            StandardRequests(rule=rule, **_counts(row).model_dump(by_alias=False))
            for rule, row in sorted(trial.standard.items())
        ),
        undecided=tuple(
            UndecidedRequests(rules=rules, requests=found.count, newest=found.tickets)
            for rules, found in sorted(trial.undecided.items())
        ),
        stranded=tuple(
            StrandedRequests(rule=rule, requests=found.count, newest=found.tickets)
            for rule, found in sorted(trial.stranded.items())
        ),
    )


def _stopped(stop: Stop, row: TrialRow) -> StoppedLaunches:
    return StoppedLaunches(
        rule=stop.rule, effect=stop.effect, votes=stop.votes or None, **_counts(row).model_dump(by_alias=False)
    )


def _counts(row: TrialRow) -> TrialCounts:
    return TrialCounts(
        today=row.today,
        changed=row.changed,
        newly=row.newly.count,
        deployed=row.ended[Action.DEPLOYED],
        failed=row.ended[Action.FAILED],
        freed=row.freed.count,
        newest=_newest(row),
    )


def lines(trial: Trial) -> Iterator[str]:
    """The outcome for people."""
    total = trial.total
    yield f"{_many(trial.requests, 'request')}, {_many(trial.launches, 'launch', 'launches')}"
    if trial.unread:
        yield f"{_many(len(trial.unread), 'file')} left out, which hold no ticket, such as {min(trial.unread)}"
    yield ""
    if trial.rows or trial.standard:
        alone = (_row(rule, "approves alone", row) for rule, row in sorted(trial.standard.items()))
        stops = (_row(stop.rule or "-", _spoken(stop), row) for stop, row in _ordered(trial))
        yield from aligned([_HEAD, *stops, *alone], _NUMBERS)
        yield ""
    yield f"Today's rules would have stopped {total.today} of them, the change {total.changed}:"
    ended = f"{total.ended[Action.DEPLOYED]} were deployed, {total.ended[Action.FAILED]} failed"
    yield f"{total.newly.count} newly, of which {ended}; {total.freed.count} no more"
    if trial.standard:
        yield _alone(list(trial.standard.values()))
    for rules, found in sorted(trial.undecided.items()):
        yield f"{' and '.join(rules)} are as specific, and differ: nothing decides for {_named(found)}"
    for rule, found in sorted(trial.stranded.items()):
        yield f"{rule} {strands(found)}"


def _alone(rows: list[TrialRow]) -> str:
    counts = ((row.today, row.changed, row.newly.count, row.ended[Action.FAILED]) for row in rows)
    today, changed, newly, failed = map(sum, zip(*counts, strict=True))
    return (
        f"Today's rules would have approved {today} requests by themselves, the change {changed}: "
        f"{newly} newly, of which {failed} failed"
    )


def strands(found: Newest) -> str:
    """The words for requests that a rule leaves to nobody."""
    return f"asks for votes that nobody could give: it strands {_named(found)}; `strand: allow` permits it"


def _named(found: Newest) -> str:
    more = found.count - len(found.tickets)
    return ", ".join(found.tickets) + (f" and {more} more" if more else "")


def faulty(faults: tuple[Fault, ...]) -> Iterator[str]:
    """The faults for which a change is refused, as `prodgate lint` says them."""
    yield from (f"{fault.path}:{fault.line or 1}: {fault.sentence}" for fault in faults)


def _ordered(trial: Trial) -> list[tuple[Stop, TrialRow]]:
    """The rows, those first that change most."""
    return sorted(trial.rows.items(), key=lambda each: (-each[1].newly.count, -each[1].changed, each[0]))


def _row(rule: str, does: str, row: TrialRow) -> tuple[str, ...]:
    told = _counts(row)
    numbers = (told.today, told.changed, told.newly, told.deployed, told.failed, told.freed)
    return (rule, does, *map(str, numbers), ", ".join(told.newest) or "-")


def _spoken(stop: Stop) -> str:
    if stop.effect is Effect.VOTES:
        return f"needs {stop.votes} votes"
    return "outside of windows" if stop.effect is Effect.OUTSIDE else stop.effect.value


def _newest(row: TrialRow) -> tuple[str, ...]:
    """The newest requests of which the change makes something else."""
    return (row.newly if row.newly.count else row.freed).tickets


def _many(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
