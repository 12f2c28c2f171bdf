"""Finds the people who are told of an announcement, and the way they want to be told."""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from domain import roles
from domain.announcement import Announcement, Event
from domain.roles import Permission, Person, PersonName, same_address
from domain.ticket import PromotionRequest
from domain.values import Email, Frozen
from domain.webhooks import Webhook

SlackChannel = Annotated[str, StringConstraints(pattern=r"^(#[^\s<>&]{1,80}|[CG][A-Z0-9]{2,30})$")]
"""A channel of Slack, by its id or as `#name`."""


class Language(StrEnum):
    EN = "en"
    FR = "fr"


class Contact(Frozen):
    """Somebody whom the directory knows in the ticket's tenant, and how they want to be told.

    `follows` asks for every deployment of the tenant that they may see; `silent` for no mail at all.
    """

    person: Person
    language: Language | None = None
    follows: bool = False
    silent: bool = False


class Addressee(Frozen):
    """A recipient of one mail, and the language to write in; None is the installation's own."""

    email: Email
    name: PersonName
    language: Language | None = None


class Audience(Frozen):
    """Everybody to tell, as the directory says it now: people of the tenant, those who run the platform, systems."""

    tenant_name: PersonName
    contacts: tuple[Contact, ...] = ()
    ops: tuple[Addressee, ...] = ()
    slack_channel: SlackChannel | None = None
    webhooks: tuple[Webhook, ...] = ()


def recipients(announcement: Announcement, audience: Audience) -> tuple[Addressee, ...]:
    """The addressees who are mailed about it, each once; nobody whom the directory does not let see the ticket."""
    listening = [contact for contact in audience.contacts if not contact.silent and contact.person.owner is None]
    ops = audience.ops if announcement.event is Event.FAILED else ()
    told = [_addressee(contact) for contact in listening if _concerned(announcement, contact, audience)]
    once: dict[str, Addressee] = {}
    for addressee in (*told, *ops):
        once.setdefault(same_address(addressee.email), addressee)
    return tuple(once.values())


def _addressee(contact: Contact) -> Addressee:
    return Addressee(email=contact.person.email, name=contact.person.name, language=contact.language)


def _concerned(announcement: Announcement, contact: Contact, audience: Audience) -> bool:
    """Tells whether the contact must act on it, asked for it, approved it, or follows what is deployed."""
    ticket, person, requester = announcement.ticket, contact.person, announcement.requester
    match announcement.event:
        case Event.CREATED | Event.REMINDER:
            return roles.refusal(person, Permission.APPROVE, ticket, requester) is None
        case Event.APPROVED | Event.REJECTED | Event.EXPIRED | Event.EXPIRING:
            return _asked(announcement, person, audience)
        case Event.HELD | Event.RELEASED | Event.SUPERSEDED:
            return _asked(announcement, person, audience)
        case Event.LAPSED:
            approves = roles.refusal(person, Permission.APPROVE, ticket, requester) is None
            return approves or _asked(announcement, person, audience)
        case Event.SUCCEEDED | Event.FAILED if contact.follows and not roles.refusal(person, Permission.SEE, ticket):
            return True
        case _:
            return _asked(announcement, person, audience) or _approved(ticket, person)


def _asked(announcement: Announcement, person: Person, audience: Audience) -> bool:
    """Tells whether the person asked for it, or owns the service account that did."""
    ticket, requester = announcement.ticket, announcement.requester
    asked = (each.person for each in audience.contacts if each.person.is_requester(ticket, requester))
    owners = {same_address(each.owner) for each in asked if each.owner}
    return person.is_requester(ticket, requester) or bool(person.addresses & owners)


def _approved(ticket: PromotionRequest, person: Person) -> bool:
    return ticket.status.approved_by is not None and same_address(ticket.status.approved_by) in person.addresses
