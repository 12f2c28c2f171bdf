"""The errors of the record; `str()` is one plain sentence for whoever watches the promotion.

What a later release wrote in a newer format is a broken rule instead (`domain.errors.NewerFormat`).

RecordError
├── TicketExists        a new ticket's number already has a file with other content: the number is taken for good
├── RecordConflict      the file is no longer the revision the change was made from: a person has to look
├── NotOneStep          the change is not one transition of what the record has: nobody's signature covers the others
├── JournalMoved        somebody else wrote to a journal that one writer has to itself, or rewrote it
├── BranchRewritten     the branch no longer has a commit that was built on: a person has to look
├── RecordUnavailable   the record can't be read or written now (remote down, lock held, disk full): try again
└── BadCursor           a page was asked for with a cursor that this query never gave
"""


class RecordError(Exception):
    """The record did not do what was asked."""


class TicketExists(RecordError):
    def __init__(self, ticket_id: str, path: str) -> None:
        super().__init__(f"{ticket_id} already exists in the record as {path}, with other content")


class RecordConflict(RecordError):
    def __init__(self, ticket_id: str, path: str, base: str, found: str | None) -> None:
        state = f"is at {found[:10]}" if found else "is gone"
        super().__init__(
            f"{ticket_id} waits for a person: {path} {state}, but this change was made from {base[:10]}. "
            "Somebody edited the file by hand; put that revision back and the promotion goes on by itself"
        )


class NotOneStep(RecordError):
    def __init__(self, ticket_id: str) -> None:
        super().__init__(f"The change of {ticket_id} is not one transition of what the record has")


class JournalMoved(RecordError):
    def __init__(self, ref: str, expected: str | None, found: str | None) -> None:
        known, there = (each[:10] if each else "empty" for each in (expected, found))
        super().__init__(f"{ref} was moved by somebody else: it is {there}, and this writer left it {known}")


class BranchRewritten(RecordError):
    def __init__(self, tip: str, known: str) -> None:
        super().__init__(f"The branch was rewritten: {tip[:10]} does not come after {known[:10]}, which it had")


class RecordUnavailable(RecordError):
    """Nothing was lost: what was asked for can be asked again."""


class BadCursor(RecordError):
    def __init__(self) -> None:
        super().__init__("The cursor was not given for this list; start from its first page")
