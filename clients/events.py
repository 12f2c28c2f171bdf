"""The events that other systems are told, as CloudEvents 1.0 in structured JSON mode; `docs/events/` describes them."""

from typing import Annotated, Literal, Self

from pydantic import Field

from domain.announcement import Announcement, Fact
from domain.escalation import Party
from domain.ticket import PromotionRequest
from domain.values import Frozen, Moment, TicketId

CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8"


class TestEvent(Frozen):
    """A message that says nothing, by which a webhook is tried; its `type` is no event's."""

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    type: Literal["webhook-test"] = "webhook-test"
    time: Moment


class TicketChanged(Frozen):
    """A change of a ticket: the event, and the ticket after it, as the API shows it.

    `asked` are those whom a rule of the company asks of a ticket on which nobody has decided.
    """

    event: Fact
    request: PromotionRequest
    asked: Annotated[Party | None, Field(exclude_if=lambda asked: asked is None)] = None


class CloudEvent(Frozen):
    """One message. `id` stays the same when it is sent again: a reader drops what it has seen.

    `dataschema` names the version of `data`: new fields keep it, whatever breaks a reader changes its number.
    """

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(examples=["PR-2026-0001.2.request-approved"])]
    source: Annotated[str, Field(json_schema_extra={"format": "uri-reference"})]
    type: Fact
    subject: TicketId
    time: Moment
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: Literal["urn:prodgate:ticket-changed:1"] = "urn:prodgate:ticket-changed:1"
    data: TicketChanged

    @classmethod
    def of(cls, said: Announcement, source: str) -> Self:
        """The message about a change. Raises ValidationError for what is no change."""
        data = {"event": said.event, "request": said.ticket, "asked": said.escalates_to}
        about = {"id": said.id, "source": source, "type": said.event, "subject": said.ticket.id, "time": said.at}
        return cls.model_validate({**about, "data": data})
