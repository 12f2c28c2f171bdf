"""Plans what a channel's leader tells to whom, and keeps what became of it: everything but the sending."""

import logging
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

from prometheus_client import Counter

from activities.reminding import Reminders, is_moot
from clients.channel import ChannelClient
from domain import lifecycle
from domain.announcement import (
    Announcement,
    Channel,
    Event,
    Plan,
    event_of,
    rule_of,
)
from domain.audience import Audience, with_delegates
from domain.backlog import MOST_AT_ONE_PLACE, Backlog, Key
from domain.delivery import DeliveryOutcome, DeliveryResult, EventRef, Progress, TicketAnnouncements
from domain.errors import RuleViolation
from domain.roles import same_address
from domain.ticket import Action
from domain.webhooks import DeadLetter
from record.facts.acts import Act, ActReader, UnreadCommits
from record.facts.browsers import with_browsers
from record.facts.controls import Controls
from record.facts.delegations import DelegationBook
from record.facts.identities import Identities
from record.facts.line import UNREADABLE
from record.facts.standard import StandardReader
from record.git.browsers import BROWSERS
from record.git.outbox import Outbox
from record.git.preferences import PREFERENCES, with_preferences
from record.index.diff import Comparer
from record.people.directory import Directory, DirectoryReader

_LOG = logging.getLogger(__name__)

REMIND_EVERY = timedelta(minutes=1)
"""Time between two looks at who waits."""

READ_AT_ONCE = 200
"""Commits read before what they say is told."""

MOST_WAITING = 10_000
"""Deliveries that wait for places that take them; at more, no further commit is read until some have been told."""

RULE_APPROVES_WITHIN = timedelta(minutes=1)
"""Time that a rule of the company has to approve what it is about to: then people are asked all the same."""

_PREPARED = 4 * READ_AT_ONCE
"""Announcements that are kept while they go out to everybody."""

SENT = Counter("prodgate_announcements_sent", "Recipients who were told", ["channel"])
FAILED = Counter("prodgate_announcements_failed_attempts", "Attempts that did not reach their recipient", ["channel"])
UNDELIVERED = Counter("prodgate_announcements_undelivered", "Recipients given up, or refused for good", ["channel"])
ESCALATED = Counter("prodgate_escalations", "Steps by which rules asked further people", ["channel", "event"])
SKIPPED = Counter("prodgate_announcements_skipped", "Changes that were not announced", ["channel", "why"])


def now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class ChannelSetup:
    """The parts that a channel tells with, and the plan by which this installation announces.

    `now` is the clock by which something is due, old or given up.
    """

    channel: Channel
    client: ChannelClient
    acts: ActReader
    directory: DirectoryReader
    comparer: Comparer
    plan: Plan
    now: Callable[[], datetime] = now


@dataclass
class OutboxPlanner:
    """Reads what happened, lines up what is to be told, and keeps what was. One thread uses it; its methods block."""

    setup: ChannelSetup
    outbox: Outbox
    trail: UnreadCommits
    backlog: Backlog = field(default_factory=Backlog)
    _foreseen: dict[str, Progress] = field(default_factory=dict)
    """The creations that a rule is about to approve, by ticket: nobody is asked before that is known."""
    _open: dict[tuple[str, tuple[int, Event, int]], set[str]] = field(default_factory=dict)
    _prepared: dict[tuple[object, ...], tuple[Announcement, Audience] | None] = field(default_factory=dict)
    _looked_at: datetime | None = None
    _known: tuple[Directory, DelegationBook, tuple[str | None, ...]] | None = None
    _audiences: dict[str, Audience] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take up again what the journal says that waits."""
        for ticket in self.outbox.position.waiting:
            for progress in self.outbox.of(ticket).progress:
                if progress.outcome is DeliveryOutcome.WAITING:
                    self._line_up_in_time(ticket, progress, self.prepare(ticket, progress))

    @property
    def full(self) -> bool:
        return self.backlog.moving >= MOST_WAITING

    # -- reading ---------------------------------------------------------------------------------------------------

    def read(self, busy: Container[str] = ()) -> None:
        """Take up what was committed since, and what fell due; give up what is too old, but at `busy` places.

        Raises BranchRewritten, RecordUnavailable.
        """
        self.trail.look()
        for _ in range(READ_AT_ONCE):
            if self.full or not (committed := self.trail.next()):
                break
            for act in committed.acts:
                self._take(act)
            self.outbox.move_to(committed.id)
            self.trail.passed()
        now = self.setup.now()
        for ticket_id in [each for each, said in self._foreseen.items() if now >= said.at + RULE_APPROVES_WITHIN]:
            self._ask(ticket_id)
        for (ticket, to), said in self.backlog.expire(now - self.setup.plan.patience, busy):
            self.give_up(ticket, to, said)
        if not len(self.trail) and (self._looked_at is None or now - self._looked_at >= REMIND_EVERY):
            self._looked_at = now
            for ticket_id, said, known in self._reminders.due(now):
                self._say(ticket_id, said, known)
                if said.escalates_to is not None:
                    ESCALATED.labels(self.setup.channel, said.event).inc()

    def _take(self, act: Act) -> None:
        """Line up what an act is announced as, unless that was done before."""
        self._ask(act.ticket.id)
        ticket, known = act.ticket, self.outbox.of(act.ticket.id)
        if act.number <= known.said:
            return
        if why := self._unfit(act):
            _LOG.error("%s does not tell that %s is %s: %s", self.setup.channel, ticket.id, ticket.last.action, why)
            SKIPPED.labels(self.setup.channel, why).inc()
            self.outbox.count(skipped=1)
            return
        known = known.up_to(act.number, waits_anew=ticket.last.action is Action.LAPSED)
        if event := event_of(ticket):
            self._say(ticket.id, EventRef(event=event, number=act.number, at=ticket.last.at), known)
        else:
            self.outbox.put(ticket.id, known)

    def _unfit(self, act: Act) -> str | None:
        """The reason why the act is not announced; None for nothing."""
        if act.ticket.last.at < self.setup.now() - self.setup.plan.patience:
            return "too old"
        return None if self.setup.acts.proven(act) else "unproven"

    def _say(self, ticket_id: str, said: EventRef, known: TicketAnnouncements) -> None:
        """Line up one announcement for whoever is to be told.

        What may fail comes first, so that a record that is away leaves nothing half done.
        """
        prepared = self.prepare(ticket_id, said)
        progress = Progress(**said.model_dump(by_alias=False), channel=self.setup.channel)
        self.outbox.put(ticket_id, known.with_(progress))
        self._line_up_in_time(ticket_id, progress, prepared)

    def _line_up_in_time(
        self, ticket_id: str, progress: Progress, prepared: tuple[Announcement, Audience] | None
    ) -> None:
        """Line it up, but what a rule of the company is about to approve: that waits for the rule's approval."""
        if prepared is not None and self._is_foreseen(prepared[0]):
            self._foreseen[ticket_id] = progress
        else:
            self._line_up(ticket_id, progress, prepared)

    def _is_foreseen(self, said: Announcement) -> bool:
        """Tells whether a rule is about to approve what was just asked for. What can't be read approves nothing."""
        late = self.setup.now() >= said.at + RULE_APPROVES_WITHIN
        if said.event is not Event.CREATED or not said.asks or self.setup.channel.for_systems or late:
            return False
        try:
            found = self._standard.judged(said.ticket, self._controls.of_ticket(said.ticket), said.at)
        except (RuleViolation, *UNREADABLE) as error:
            _LOG.warning("no rule was asked to approve %s: %s", said.ticket.id, error)
            return False
        return found is not None and found.approves

    def _ask(self, ticket_id: str) -> None:
        """Line up what waited for a rule's approval, which came, or did not in time."""
        if (progress := self._foreseen.get(ticket_id)) is not None:
            self._line_up(ticket_id, progress, self.prepare(ticket_id, progress))
            del self._foreseen[ticket_id]

    def _line_up(self, ticket_id: str, progress: Progress, prepared: tuple[Announcement, Audience] | None) -> None:
        """Put what is still to be told into its lines; where there is nobody to tell, it is done."""
        if prepared is None:
            self._close(ticket_id, progress.model_copy(update={"lost": True}))
            return
        told = {same_address(receipt.to) for receipt in progress.receipts}
        left = [to for to in self.setup.client.destinations(*prepared) if to not in told]
        self._open[ticket_id, progress.key] = set(left)
        thread = self.outbox.of(ticket_id).thread
        for to in left:
            place = self.setup.client.place(to, thread, prepared[1])
            if self.backlog.crowded(place):
                self.give_up(ticket_id, to, progress, f"{MOST_AT_ONE_PLACE:,} announcements waited for it already")
            else:
                self.backlog.put((ticket_id, to), progress, place)
        if not left:
            self._close(ticket_id, progress)

    # -- preparing -------------------------------------------------------------------------------------------------

    def prepare(self, ticket_id: str, said: EventRef) -> tuple[Announcement, Audience] | None:
        """The announcement, and whom the directory names now; made once for all who are told.

        None where the record no longer has the ticket.
        """
        key = (ticket_id, said.key, self.setup.acts.repository.tip(), self._preferred())
        if key not in self._prepared:
            if len(self._prepared) >= _PREPARED:
                del self._prepared[next(iter(self._prepared))]
            self._prepared[key] = self._made(ticket_id, said)
        return self._prepared[key]

    def _made(self, ticket_id: str, said: EventRef) -> tuple[Announcement, Audience] | None:
        current = self.setup.acts.index.get(ticket_id)
        if current is None or len(current.status.history) < said.number:
            return None
        ticket = lifecycle.as_of(current, said.number)
        tenant, comparison = ticket.metadata.tenant, None
        requester, signed = self.setup.acts.submitted(ticket_id)
        if not self.setup.channel.for_systems:
            comparison = self.setup.comparer.comparison(ticket, lambda other: other.metadata.tenant == tenant)
        announcement = Announcement(
            event=said.event,
            number=said.number,
            turn=said.turn,
            at=said.at,
            ticket=ticket,
            requester=requester,
            decide_by=self._reminders.expires(ticket, signed),
            comparison=comparison,
            asked=self._asked(ticket_id, said.number),
            rule=rule_of(current, said.number),
            escalates_to=said.escalates_to,
        )
        return announcement, self._audience(tenant)

    def _asked(self, ticket_id: str, number: int) -> tuple[str, ...]:
        """The addresses that were asked to decide by an earlier announcement, or are about to be."""
        found: dict[str, None] = {}
        for each in self.outbox.of(ticket_id).progress:
            if each.event.asks and each.number < number:
                found |= dict.fromkeys(receipt.to for receipt in each.receipts if receipt.refused is None)
                found |= dict.fromkeys(self._open.get((ticket_id, each.key), ()))
        return tuple(found)

    def _audience(self, tenant: str) -> Audience:
        """The tenant's audience now; put together once as long as directory and preferences stay as they are."""
        known = self.setup.directory.current(), self._controls.delegations.current(), self._preferred()
        if known != self._known:
            self._known, self._audiences = known, {}
        if tenant not in self._audiences:
            found = with_delegates(known[0].audience(tenant), known[1].handed(known[0], tenant))
            if self.setup.channel.is_chosen:
                found = with_preferences(self.setup.acts.repository, found)
            if self.setup.channel is Channel.PUSH:
                found = with_browsers(self._identities, known[0], found)
            self._audiences[tenant] = found
        return self._audiences[tenant]

    def _preferred(self) -> tuple[str | None, ...]:
        """The commits that tell what people chose, and which browsers are theirs.

        Any commit may be the first act that binds an address to a sign-in, which browsers depend on.
        """
        if not self.setup.channel.is_chosen:
            return ()
        repository = self.setup.acts.repository
        chosen = repository.journal(PREFERENCES).shown()
        if self.setup.channel is not Channel.PUSH:
            return (chosen,)
        return chosen, repository.journal(BROWSERS).shown(), repository.tip()

    @cached_property
    def _reminders(self) -> Reminders:
        return Reminders(self.setup.channel, self.setup.acts, self._controls, self.setup.plan, self.outbox.of)

    @cached_property
    def _standard(self) -> StandardReader:
        acts = self.setup.acts
        return StandardReader(acts.repository, self.setup.directory, acts.index, acts.keys)

    @cached_property
    def _controls(self) -> Controls:
        return Controls.of(self.setup.acts.repository, self.setup.directory, self.setup.acts.index)

    @cached_property
    def _identities(self) -> Identities:
        acts = self.setup.acts
        return Identities(acts.repository, acts.index, acts.keys)

    def take(self, key: Key, said: EventRef) -> tuple[TicketAnnouncements, tuple[Announcement, Audience] | None]:
        """Loads what is known of the ticket, prepares what to say; in memory from here, even if the record is away."""
        known, prepared = self.outbox.of(key[0]), self.prepare(key[0], said)
        self.outbox.put(key[0], known)
        return known, prepared

    def is_moot(self, ticket_id: str, said: EventRef) -> bool:
        """Tells whether nobody needs to hear it any more: a rule asked for a decision, which is there."""
        return is_moot(self.setup.acts.index.get(ticket_id), said)

    # -- noting ----------------------------------------------------------------------------------------------------

    def note(self, key: Key, said: EventRef, delivery: DeliveryResult) -> None:
        """Keep what an attempt got done."""
        ticket_id, to = key
        known = self.outbox.of(ticket_id)
        if (progress := known.of(said)) is None:
            return
        refused = sum(receipt.refused is not None for receipt in delivery.receipts)
        reached = len(delivery.receipts) - refused
        SENT.labels(self.setup.channel).inc(reached)
        UNDELIVERED.labels(self.setup.channel).inc(refused)
        self.outbox.count(sent=reached, undelivered=refused)
        for receipt in delivery.receipts:
            if receipt.refused is not None:
                self._lose(ticket_id, receipt.to, said, receipt.refused)
        receipts = (*progress.receipts, *delivery.receipts)
        progress = progress.model_copy(update={"receipts": receipts, "failure": delivery.failure})
        thread = delivery.thread or known.thread
        self.outbox.put(ticket_id, known.model_copy(update={"thread": thread}).with_(progress))
        if delivery.failure is None:
            self._close(ticket_id, progress, to)
        else:
            FAILED.labels(self.setup.channel).inc()
            _LOG.warning("%s could not tell of %s: %s", self.setup.channel, ticket_id, delivery.failure)

    def give_up(self, ticket_id: str, to: str, said: EventRef, why: str = "It was not tried in time") -> None:
        """Keep that a destination will not be told, and say so."""
        _LOG.error("%s gives up telling %s of %s of %s", self.setup.channel, to, said.event, ticket_id)
        UNDELIVERED.labels(self.setup.channel).inc()
        self.outbox.count(undelivered=1)
        progress = self.outbox.of(ticket_id).of(said)
        self._lose(ticket_id, to, said, (progress and progress.failure) or why)
        if progress:
            self._close(ticket_id, progress.model_copy(update={"lost": True}), to)

    def _lose(self, ticket_id: str, to: str, said: EventRef, why: str) -> None:
        """Put it on the list of what was not delivered."""
        ticket, about = self.setup.acts.index.get(ticket_id), said.model_dump(include={"event", "number", "at"})
        self.outbox.lose(
            DeadLetter(
                ticket=ticket_id,
                tenant=ticket.metadata.tenant if ticket else None,
                to=to,
                why=why,
                given_up=self.setup.now(),
                **about,
            )
        )

    def _close(self, ticket_id: str, progress: Progress, to: str = "") -> None:
        """Note that a destination needs no further attempt, and after the last one that the announcement doesn't."""
        left = self._open.get((ticket_id, progress.key), set())
        left.discard(to)
        if not left:
            self._open.pop((ticket_id, progress.key), None)
            outcome = DeliveryOutcome.UNDELIVERED if progress.lost else DeliveryOutcome.DELIVERED
            progress = progress.model_copy(update={"outcome": outcome})
        self.outbox.put(ticket_id, self.outbox.of(ticket_id).with_(progress))
