"""One announcement on one channel, as the engine sees it; and how announcements are told of changes."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.announcing import AnnouncementActivities
from clients.channel import ChannelDown, Logged, Outlet
from domain.announcement import Channel, Event
from domain.audience import Audience
from domain.delivery import Delivery, Parcel, Receipt
from domain.versions import Direction
from record.catalogue import CatalogueReader
from record.diff import Comparer
from record.directory import DirectoryReader
from record.index import Index
from tests.clients.announcing import parcel, said
from tests.record.building import opened


@dataclass
class Line:
    """A channel that answers as it is told, and keeps whom it was asked to reach, and for how long."""

    answers: list[Delivery | ChannelDown]
    audiences: list[Audience] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    async def deliver(self, parcel: Parcel, audience: Audience, seconds: float) -> Delivery:
        self.parcels.append(parcel)
        self.audiences.append(audience)
        self.seconds.append(seconds)
        answer = self.answers.pop(0)
        if isinstance(answer, ChannelDown):
            raise answer
        return answer


DONE = Delivery(receipts=(Receipt(to="jean", id="1"),))


def activities(gitops: Path, tmp_path: Path, outlet: Outlet) -> AnnouncementActivities:
    repository = opened(gitops, tmp_path)
    index = Index(repository, tmp_path / "announcing.db")
    comparer = Comparer(index, CatalogueReader(repository))
    outlets = {Channel.MAIL: outlet, Channel.KAFKA: outlet}
    return AnnouncementActivities(outlets, repository, DirectoryReader(repository), comparer)


def environment(*, local: bool = False) -> ActivityEnvironment:
    running = ActivityEnvironment()
    running.info = replace(running.info, is_local=local, start_to_close_timeout=timedelta(seconds=10))
    return running


async def test_it_reaches_whom_the_record_names_within_the_attempt_s_time(gitops: Path, tmp_path: Path) -> None:
    """The tenant's people as the directory has them, and less time than the engine gives."""
    line = Line([DONE])
    delivery = await environment().run(activities(gitops, tmp_path, line).deliver, parcel(said(Event.CREATED)))
    assert delivery == DONE
    assert line.audiences[0].tenant_name == "Finance"
    assert {contact.person.name for contact in line.audiences[0].contacts} >= {"Jean Dupont", "Alice Admin"}
    assert line.seconds == [7]


async def test_a_channel_that_is_down_is_tried_again_when_it_asks(gitops: Path, tmp_path: Path) -> None:
    """Its own wish comes before the engine's pace."""
    line = Line([ChannelDown("Too many", retry_after=42), ChannelDown("Gone")])
    deliver = activities(gitops, tmp_path, line).deliver
    for expected in (timedelta(seconds=42), None):
        with pytest.raises(ApplicationError) as failed:
            await environment().run(deliver, parcel(said(Event.CREATED)))
        assert (failed.value.type, failed.value.next_retry_delay) == ("ChannelDown", expected)
        assert not failed.value.non_retryable


async def test_a_channel_that_is_not_set_up_here_is_no_hope(gitops: Path, tmp_path: Path) -> None:
    """An operator took it away while something waited for it."""
    with pytest.raises(ApplicationError) as failed:
        await environment().run(
            activities(gitops, tmp_path, Logged()).deliver, parcel(said(Event.CREATED), Channel.SLACK)
        )
    assert failed.value.non_retryable


async def test_first_attempts_are_spared_after_a_failure_and_later_ones_are_not(gitops: Path, tmp_path: Path) -> None:
    """A server that hangs must not hold the tasks that promotions need; once it answers, all is as before."""
    line = Line([ChannelDown("Hangs"), DONE, DONE])
    deliver, news = activities(gitops, tmp_path, line).deliver, parcel(said(Event.CREATED))
    for _ in range(3):
        with pytest.raises(ApplicationError):
            await environment(local=True).run(deliver, news)
    assert len(line.audiences) == 1
    assert await environment().run(deliver, news) == DONE
    assert await environment(local=True).run(deliver, news) == DONE


async def test_a_channel_that_is_not_set_up_in_the_demo_says_in_the_log_what_it_would_tell(
    gitops: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By id; nothing that a person typed."""
    with caplog.at_level("INFO"):
        await environment().run(activities(gitops, tmp_path, Logged()).deliver, parcel(said(Event.CREATED)))
    assert "it would tell all of PR-2026-0001.1.request-created" in caplog.text


async def test_people_are_told_what_is_replaced_and_other_systems_what_they_always_were(
    gitops: Path, tmp_path: Path
) -> None:
    """As the catalogue has it, before the first deployment."""
    line = Line([DONE, DONE])
    deliver = activities(gitops, tmp_path, line).deliver
    for channel in (Channel.MAIL, Channel.KAFKA):
        await environment().run(deliver, parcel(said(Event.CREATED), channel))
    mailed, published = (each.announcement for each in line.parcels)
    assert mailed.comparison is not None
    assert (mailed.comparison.replaces, mailed.comparison.direction) == ("2.0.0", Direction.NEWER)
    assert published == said(Event.CREATED)
    assert "comparison" not in published.model_dump(mode="json", by_alias=True)
