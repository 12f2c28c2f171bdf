"""People wait for their own work where work is shared out."""

import asyncio
import contextlib
from collections.abc import Sequence

from api.shares import FairShares, Patience


def running(shares: FairShares, people: Sequence[str]) -> list[str]:
    """The people whose work runs when everybody has asked and nobody has ended, in the order of asking."""

    async def ask() -> list[str]:
        inside, end = list[str](), asyncio.Event()

        async def work(person: str) -> None:
            async with shares.turn(person):
                inside.append(person)
                await end.wait()

        async with asyncio.TaskGroup() as asking:
            for person in people:
                asking.create_task(work(person))
            await asyncio.sleep(0.01)
            found = list(inside)
            end.set()
        assert sorted(inside) == sorted(people), "everybody had their turn"
        return found

    return asyncio.run(ask())


def test_a_persons_work_beyond_their_share_waits_for_their_own() -> None:
    """Others go on at once, in the places that are left."""
    assert running(FairShares(4, 2), ["a"] * 10 + ["b", "c"]) == ["a", "a", "b", "c"]


def test_all_together_never_run_more_than_the_bound() -> None:
    """However many people there are."""
    assert running(FairShares(3, 2), list("abcdef")) == ["a", "b", "c"]


def test_a_place_comes_back_however_the_work_ends() -> None:
    """One that failed or was cancelled holds nothing."""

    async def fail_often() -> None:
        shares = FairShares(1, 1)
        for error in (ValueError, asyncio.CancelledError):
            with contextlib.suppress(error):
                async with shares.turn("a"):
                    raise error
        async with asyncio.timeout(1), shares.turn("a"):
            pass

    asyncio.run(fail_often())


class Away(Exception):
    """What is waited for does not answer."""


async def test_whoever_waits_behind_an_outage_is_told_of_it_without_one_of_their_own() -> None:
    """And whoever comes later asks anew."""
    patience, one, asked = Patience(Away), asyncio.Lock(), list[str]()

    async def ask(name: str) -> None:
        async with patience.turn(one):
            asked.append(name)
            await asyncio.sleep(0)
            if name != "later":
                raise Away

    told = await asyncio.gather(ask("first"), ask("behind"), ask("behind, too"), return_exceptions=True)
    assert [type(each) for each in told] == [Away] * 3
    await ask("later")
    assert asked == ["first", "later"]
