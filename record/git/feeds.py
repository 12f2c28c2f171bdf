"""The addresses of calendars in the record: a journal at `refs/calendars/current`, a small file a person."""

from pydantic import ValidationError

from domain.feeds import CurrentFeed
from domain.formats import NewerMessage
from record.errors import RecordUnavailable
from record.git.repository import Repository

CURRENT = "refs/calendars/current"


def path_of(owner: str) -> str:
    """The file of a person, by the name that the list has of them: `3f/….json`."""
    return f"{owner[:2]}/{owner[2:]}.json"


def put(repository: Repository, owner: str, feed: CurrentFeed) -> None:
    """Make this the person's one address; durable when this returns. Raises RecordUnavailable, to be tried again."""

    def changed(file: bytes | None) -> bytes | None:
        after = feed.model_dump_json(indent=1).encode() + b"\n"
        return None if after == file else after

    repository.journal(CURRENT).change(path_of(owner), changed, "Change the address of a calendar")


def current(repository: Repository, owner: str) -> CurrentFeed | None:
    """The person's one address, as this disk knows it; None where they never had one. Raises RecordUnavailable."""
    file = repository.journal(CURRENT).newest(path_of(owner))
    if file is None:
        return None
    try:
        return CurrentFeed.model_validate_json(file)
    except (ValidationError, NewerMessage) as error:
        raise RecordUnavailable(f"{CURRENT} can't be read: {error}") from error
