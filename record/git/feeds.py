"""The addresses of calendars in the record: a journal at `refs/people/calendars`, a small file a person."""

from pydantic import ValidationError

from domain.feeds import CurrentFeed, FeedChange
from domain.formats import NewerMessage
from record.errors import RecordUnavailable
from record.git.repository import Repository

CURRENT = "refs/people/calendars"


def path_of(owner: str) -> str:
    """The file of a person, by the name that the list has of them: `3f/….json`."""
    return f"{owner[:2]}/{owner[2:]}.json"


def put(repository: Repository, change: FeedChange) -> None:
    """Make this the person's one address; durable when this returns. Raises RecordUnavailable, to be tried again.

    One that was made or ended before the one that stands there comes too late, and changes nothing.
    """

    def changed(file: bytes | None) -> bytes | None:
        after = change.current.model_dump_json(indent=1).encode() + b"\n"
        if file is not None and (file == after or _read(file).at > change.current.at):
            return None
        return after

    repository.journal(CURRENT).change(path_of(change.owner), changed, "Change the address of a calendar")


def current(repository: Repository, owner: str) -> CurrentFeed | None:
    """The person's one address, as this disk knows it; None where they never had one. Raises RecordUnavailable."""
    file = repository.journal(CURRENT).newest(path_of(owner))
    return None if file is None else _read(file)


def _read(file: bytes) -> CurrentFeed:
    try:
        return CurrentFeed.model_validate_json(file)
    except (ValidationError, NewerMessage) as error:
        raise RecordUnavailable(f"{CURRENT} can't be read: {error}") from error
