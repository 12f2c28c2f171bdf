"""The announcements: one workflow a ticket, beside its promotion, which waits for none of them.

Each channel has a line of its own: what is said of a ticket arrives in order there, and a channel that is down holds up
no other. A first attempt is a local activity, which costs the engine one event; only what that could not deliver is
left to an activity that is tried again for days.

Messages it takes:
    tell      signal  the ticket changed, and the record has it; said twice, it is announced once
    progress  query   what was announced on which channel, to whom, and what still waits or was given up
"""

import asyncio
from collections import deque
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.announcing import ANNOUNCEMENTS, PROGRESS, TELL, AnnouncementActivities
    from domain.announcement import Announcement, Channel, Event, Told, event_of, next_due, reminders_by
    from domain.delivery import Delivery, Outcome, Parcel, Progress, Report, Story, undelivered
    from domain.lifecycle import CLOSED
    from workflows import options, shown


@workflow.defn(name=ANNOUNCEMENTS, sandboxed=False)
class Announcements:
    """Holds one value, the story of what was said; it decides nothing about the ticket.

    Without the sandbox, which takes longer for one ticket than all that is said of it; recorded histories hold that
    it stays deterministic.
    """

    @workflow.init
    def __init__(self, story: Story) -> None:
        self._story = story
        self._lines: dict[Channel, deque[tuple[int, Announcement]]] = {channel: deque() for channel in Channel}
        self._serving: list[asyncio.Task[None]] = []
        self._over = False

    @workflow.run
    async def run(self, story: Story) -> Report:
        """Announce until the ticket has ended and everything was said. Fails where something was given up."""
        del story
        self._serving = [asyncio.create_task(self._serve(channel)) for channel in Channel]
        await self._listen()
        for task in self._serving:
            task.cancel()
        if not self._over:
            workflow.continue_as_new(self._story)
        return self._end()

    # -- steps -----------------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        """Wait for changes, and say in between what falls due, until nothing more is to come or history grew long."""
        while not self._rests():
            due = self._due()
            if not await self._changed(due) and due is not None:
                self._fall_due(due[1])

    async def _changed(self, due: tuple[datetime, Event] | None) -> bool:
        """Whether the ticket changed, or all was said, before something falls due."""
        said, left = self._story.said, due[0] - workflow.now() if due else None
        if left is not None and left <= timedelta(0):
            return False
        try:
            await workflow.wait_condition(
                lambda: self._rests() or self._story.said != said,
                timeout=left,
                timeout_summary=f"until {due[1]} is said" if due else None,
            )
        except TimeoutError:
            return False
        return True

    def _rests(self) -> bool:
        """Whether everything was said, and either nothing more is to come or it is time for a new run."""
        for task in self._serving:
            if task.done():
                task.result()  # it never returns: this raises what ended it
        told = self._story.told
        self._over = self._over or (told is not None and told.ticket.state in CLOSED)
        return not any(self._lines.values()) and (self._over or workflow.info().is_continue_as_new_suggested())

    def _due(self) -> tuple[datetime, Event] | None:
        """When something is to be said unasked, and what."""
        told = self._story.told
        return next_due(told, self._story.reminded, self._story.warned) if told else None

    def _fall_due(self, event: Event) -> None:
        told, now = self._story.told, workflow.now()
        if told is None:
            return
        turn = reminders_by(told, now) if event is Event.REMINDER else 0
        reminded, warned = max(turn, self._story.reminded), self._story.warned or event is Event.EXPIRING
        self._become(reminded=reminded, warned=warned)
        self._say(Announcement.of(told, event, now, turn), told)

    def _end(self) -> Report:
        if lost := undelivered(self._story.progress):
            sentence = f"Not everything could be delivered by {', '.join(lost)}"
            raise ApplicationError(sentence, type="Undelivered", non_retryable=True)
        return self.progress()

    # -- what is said ----------------------------------------------------------------------------------------------

    def _say(self, announcement: Announcement, told: Told) -> None:
        for channel in told.plan.channels:
            if channel is Channel.KAFKA and announcement.event.for_people:
                continue
            progress = Progress(event=announcement.event, at=announcement.at, channel=channel)
            self._lines[channel].append((len(self._story.progress), announcement))
            self._become(progress=(*self._story.progress, progress))

    async def _serve(self, channel: Channel) -> None:
        """Deliver what is said on one channel, one after the other."""
        line = self._lines[channel]
        while True:
            await workflow.wait_condition(lambda: bool(line))
            index, announcement = line[0]
            thread = self._story.thread if channel is Channel.SLACK else None
            await self._deliver(index, Parcel(channel=channel, announcement=announcement, thread=thread))
            line.popleft()

    async def _deliver(self, index: int, parcel: Parcel) -> None:
        """Deliver one parcel, or give it up."""
        delivery = await _at_once(parcel)
        parcel = self._note(index, parcel, delivery)
        try:
            while delivery.failure is not None:
                delivery = await workflow.execute_activity_method(
                    AnnouncementActivities.deliver,
                    parcel,
                    **options.delivering(_summary(parcel), self._left(parcel.announcement)),
                )
                parcel = self._note(index, parcel, delivery)
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            self._give_up(index, error)

    def _left(self, announcement: Announcement) -> timedelta:
        """How long to go on trying: everything said while a channel is down is given up at its own time."""
        patience = timedelta(seconds=self._story.told.plan.patience if self._story.told else 0)
        return max(announcement.at + patience - workflow.now(), patience * options.CHANCE)

    def _note(self, index: int, parcel: Parcel, delivery: Delivery) -> Parcel:
        """Keep what an attempt got done; the parcel as it is to be tried again."""
        done = (*parcel.done, *delivery.receipts)
        outcome = Outcome.DELIVERED if delivery.failure is None else Outcome.WAITING
        self._progress(index, outcome, receipts=done, failure=delivery.failure)
        if delivery.thread:
            self._become(thread=delivery.thread)
        return parcel.model_copy(update={"done": done, "thread": delivery.thread or parcel.thread})

    def _give_up(self, index: int, error: ActivityError) -> None:
        workflow.logger.error("an announcement was given up: %s", error.cause or error)
        self._progress(index, Outcome.UNDELIVERED)

    def _progress(self, index: int, outcome: Outcome, **fields: object) -> None:
        before = self._story.progress
        changed = before[index].model_copy(update={"outcome": outcome, **fields})
        self._become(progress=(*before[:index], changed, *before[index + 1 :]))
        shown.show_undelivered(undelivered(before), undelivered(self._story.progress))

    def _become(self, **fields: object) -> None:
        self._story = self._story.model_copy(update=fields)
        workflow.set_current_details(shown.story(self._story))

    # -- messages --------------------------------------------------------------------------------------------------

    @workflow.signal(name=TELL)
    def tell(self, told: Told) -> None:
        """Announce a recorded change of the ticket."""
        if told.number <= self._story.said:
            return
        self._become(told=told, said=told.number)
        if event := event_of(told.ticket):
            self._say(Announcement.of(told, event, told.ticket.last.at), told)

    @workflow.query(name=PROGRESS)
    def progress(self) -> Report:
        """What was announced, and how far it is."""
        return Report(progress=self._story.progress)


async def _at_once(parcel: Parcel) -> Delivery:
    """The first attempt, as a local activity: some seconds within the workflow task that is under way anyway."""
    try:
        return await workflow.execute_local_activity_method(
            AnnouncementActivities.deliver, parcel, **options.trying(_summary(parcel))
        )
    except FailureError as error:  # a local activity's own failure: the engine wraps it in nothing
        if is_cancelled_exception(error):
            raise
        return Delivery(failure=str(error.cause or error))


def _summary(parcel: Parcel) -> str:
    return f"says {parcel.announcement.event} by {parcel.channel}"
