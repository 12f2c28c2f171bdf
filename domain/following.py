"""The followers of the record: one leader for each name."""

from domain.announcement import Channel
from domain.values import Frozen, Moment


class Followed(Frozen):
    """Something that follows the record, by its name, which is its workflow's id too."""

    name: str


def outbox(channel: Channel) -> Followed:
    """The outbox of a channel."""
    return Followed(name=f"outbox/{channel}")


def outbox_ref(channel: Channel) -> str:
    """The ref of the journal that the outbox keeps."""
    return f"refs/outbox/{channel}"


class CallReport(Frozen):
    """A report of the follower `attention`: the number of hints it has sent since it leads."""

    called: int


class ChangesReport(Frozen):
    """A report of the follower `audit`: the last commit up to which it noted what changed."""

    cursor: str


class SinkReport(Frozen):
    """A report of a follower `siem/…`: why it waits, empty where it does not, and how many entries it left out."""

    failure: str
    lost: int


class LeadReport(Frozen):
    """A follower's report while it leads: how far it has read, and what is behind."""

    cursor: str | None
    began: Moment
    behind: int
    waiting: int
    undelivered: int
    skipped: int
    said: str = ""
