"""Makes the addresses of calendars, ends them, and serves what their owners may see."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from limits import RateLimitItemPerMinute
from starlette.concurrency import run_in_threadpool

from api.counting import Counts
from api.engine import Engine
from api.errors import TooManyRequests
from api.freezes import seen
from api.ical import Planned, calendar
from domain import roles
from domain.audience import Language
from domain.errors import IdentityChanged, NotAuthorized, Unproven
from domain.feeds import PLANNED, CalendarFeed, CurrentFeed, FeedChange, FeedEnded, FeedState, owner_of
from domain.identity import SignIn
from domain.roles import Permission, Person
from domain.ticket import PromotionRequest
from domain.values import Frozen, Moment
from record.facts.controls import Controls
from record.facts.identities import Identities
from record.git import feeds
from record.git.repository import Repository
from record.index.query import MAX_LIMIT, Sort, TicketQuery
from record.index.reader import Index
from record.people.directory import DirectoryReader
from record.signing.keys import KeyReader
from record.signing.signatures import Signer

BACK, AHEAD = timedelta(days=31), timedelta(days=366)
"""The time that a calendar shows, before and after it is read: no date is further ahead than a year."""

MOST_EVENTS = 1_000
"""Requests in one calendar; of more, those that come first are left in."""


class FeedBody(Frozen):
    """The language that the calendar speaks."""

    language: Language = Language.EN


class MadeFeed(Frozen):
    """A calendar's address. It is shown once; whoever has it sees the calendar, until it is ended."""

    url: str
    since: Moment


@dataclass(frozen=True)
class Feeds:
    """Signs addresses with the API's key; the record has which one of a person works."""

    engine: Engine
    repository: Repository
    index: Index
    signer: Signer
    keys: KeyReader
    directory: DirectoryReader
    controls: Controls
    identities: Identities
    counts: Counts
    public_url: str
    per_minute: int
    now: Callable[[], datetime]

    async def make(self, person: Person, language: Language) -> MadeFeed:
        """A new address, in the place of the one before. Raises NotAuthorized, TooManyRequests, EngineUnavailable."""
        if not person.grants:
            raise NotAuthorized
        await self._count(owner_of(person))
        feed = CalendarFeed(
            id=secrets.token_hex(16),
            language=language,
            at=self.now(),
            email=person.email,
            sub=person.subject,
            issuer=person.issuer,
        )
        token = await run_in_threadpool(self.signer.seal, feed)
        await self.engine.keep_feed(FeedChange(owner=feed.owner, current=CurrentFeed.of(feed)))
        return MadeFeed(url=f"{self._url}/v1/calendar.ics?key={token}", since=feed.at)

    async def end(self, person: Person) -> None:
        """End the person's address, where there is one. Raises TooManyRequests, EngineUnavailable."""
        await self._count(owner_of(person))
        ended = CurrentFeed(id=None, at=self.now())
        await self.engine.keep_feed(FeedChange(owner=owner_of(person), current=ended))

    def state(self, person: Person) -> FeedState:
        """Since when there is one. Raises RecordUnavailable."""
        found = feeds.current(self.repository, owner_of(person))
        return FeedState(since=found.at if found and found.id else None)

    async def read(self, token: str, counted: str) -> bytes:
        """The calendar; `counted` is by whom attempts are counted. Raises TooManyRequests, FeedEnded."""
        await self._count(counted)
        return await run_in_threadpool(self._calendar, token)

    @property
    def _url(self) -> str:
        return self.public_url.rstrip("/")

    def _calendar(self, token: str) -> bytes:
        feed = self._proven(token)
        owner = self._owner(feed)
        if owner is None or not owner.grants:
            raise FeedEnded
        now = self.now()
        freezes = seen(self.controls, self.directory.current(), owner, now - BACK, now + AHEAD)
        return calendar(Planned(self._planned(owner, now), freezes, now), feed.language, self._url)

    def _owner(self, feed: CalendarFeed) -> Person | None:
        """The owner, as a call of theirs would be judged now: by the sign-in that made the address."""
        try:
            return self.identities.person(
                self.directory.current(), feed.email, SignIn(subject=feed.sub, issuer=feed.issuer)
            )
        except IdentityChanged as error:
            raise FeedEnded from error

    def _proven(self, token: str) -> CalendarFeed:
        """The address, where it is the one that works. Raises FeedEnded, RecordUnavailable."""
        try:
            feed = self.keys.current().feed(token)
        except Unproven as error:  # among them a key that ended
            raise FeedEnded from error
        current = feeds.current(self.repository, feed.owner)
        if current is None:
            raise FeedEnded
        current.check(feed)
        return feed

    def _planned(self, owner: Person, now: datetime) -> list[PromotionRequest]:
        found = list[PromotionRequest]()
        query: TicketQuery | None = TicketQuery(
            scope=roles.scope(owner, Permission.SEE),
            state=PLANNED,
            scheduled_after=now - BACK,
            scheduled_before=now + AHEAD,
            sort=Sort.SCHEDULED,
            limit=MAX_LIMIT,
        )
        while query is not None and len(found) < MOST_EVENTS:
            page = self.index.page(query)
            found += page.items
            query = replace(query, cursor=page.next_cursor) if page.next_cursor else None
        return found

    async def _count(self, whose: str) -> None:
        if wait := await self.counts.take(RateLimitItemPerMinute(self.per_minute), "calendar", whose):
            raise TooManyRequests(wait)
