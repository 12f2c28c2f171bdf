"""A writer in a process of its own: takes tickets through their transitions and prints what was acknowledged."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from record.errors import RecordUnavailable
from record.git.repository import Repository, open_repository
from tests.domain.builders import NOW, pending
from tests.record.building import Story, number

ACTIONS = ("approved", "deploying", "deployed")


async def tell(repository: Repository, index: int, turns: asyncio.Semaphore) -> None:
    """One ticket's whole story, asked again while the record can't be reached; each line out is a promise."""
    async with turns:
        story = Story(repository, pending(id=number(index), at=NOW + timedelta(seconds=index)))
        for action in ("created", *ACTIONS):
            await insist(story, action)
            sys.stdout.write(f"{story.ticket.id} {action} {story.revision}\n")
            sys.stdout.flush()


async def insist(story: Story, action: str) -> None:
    before = story.ticket
    while True:
        try:
            await (story.create() if action == "created" else story.then(action))
        except RecordUnavailable as error:
            sys.stderr.write(f"{story.ticket.id} {action}: {error}\n")
            story.ticket = before
            await asyncio.sleep(0.2)
        else:
            return


async def main(location: str, data: str, first: int, last: int, at_once: int) -> None:
    repository = open_repository(location, "main", Path(data))
    turns = asyncio.Semaphore(at_once)
    await asyncio.gather(*(tell(repository, index, turns) for index in range(first, last)))
    await repository.close()


if __name__ == "__main__":
    where, folder, *numbers = sys.argv[1:]
    asyncio.run(main(where, folder, *map(int, numbers)))
