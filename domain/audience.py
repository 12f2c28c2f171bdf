"""Finds the people who are told of an announcement, and the way they want to be told."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from domain import roles
from domain.announcement import Announcement, Event
from domain.browsers import Browser
from domain.delegations import HandedVote, may_stand_in
from domain.errors import SelfApproval
from domain.preferences import DEFAULTS, MailTime, Preferences, PushTime
from domain.roles import Permission, Person, PersonName, same_address
from domain.ticket import PromotionRequest
from domain.values import Email, ExternalId, Frozen
from domain.values import Language as Language
from domain.votes import GroupName
from domain.webhooks import Webhook

SlackChannel = Annotated[str, StringConstraints(pattern=r"^(#[^\s<>&]{1,80}|[CG][A-Z0-9]{2,30})$")]
"""A channel of Slack, by its id or as `#name`."""


class Reason(StrEnum):
    """The reason for which somebody is told: the first of these that holds."""

    REQUESTED = "requested"
    OWNS = "owns"
    DECIDES = "decides"
    ASKED = "asked"
    REPRESENTED = "represented"
    APPROVED = "approved"
    WAS_ASKED = "was-asked"
    FOLLOWS = "follows"
    OPERATES = "operates"


CLOSING = frozenset({Event.APPROVED, Event.REJECTED, Event.CANCELLED, Event.EXPIRED, Event.SUPERSEDED})
"""The events after which nobody has to decide any more: whoever was asked to is told so once."""


class Contact(Frozen):
    """Somebody whom the directory knows in the ticket's tenant, and how they want to be told.

    `follows` asks for every deployment of the tenant that they may see; `silent` for no mail at all. `preferences` are
    what they chose themselves, `browsers` where they are notified, `groups` those that rules name, `slack` their user
    there. `handed` are votes that were handed to them.
    """

    person: Person
    language: Language | None = None
    follows: bool = False
    silent: bool = False
    preferences: Preferences = DEFAULTS
    browsers: tuple[Browser, ...] = ()
    groups: tuple[GroupName, ...] = ()
    slack: ExternalId | None = None
    handed: tuple[HandedVote, ...] = ()


class Addressee(Frozen):
    """A recipient of one mail, and the language to write in; None is the installation's own."""

    email: Email
    name: PersonName
    language: Language | None = None
    reason: Reason = Reason.OPERATES


class Notified(Frozen):
    """One browser in which somebody is notified, the language to speak and the reason."""

    browser: Browser
    language: Language
    reason: Reason


class Audience(Frozen):
    """Everybody to tell, as the directory says it now: people of the tenant, those who run the platform, systems."""

    tenant_name: PersonName
    contacts: tuple[Contact, ...] = ()
    ops: tuple[Addressee, ...] = ()
    slack_channel: SlackChannel | None = None
    webhooks: tuple[Webhook, ...] = ()


def recipients(announcement: Announcement, audience: Audience) -> tuple[Addressee, ...]:
    """The addressees who are mailed about it now, each once; nobody whom the directory does not let see the ticket."""
    ops = audience.ops if announcement.event is Event.FAILED else ()
    told = [
        Addressee(email=contact.person.email, name=contact.person.name, language=contact.language, reason=reason)
        for contact in audience.contacts
        if (reason := reason_of(announcement, contact, audience))
        and mail_time(announcement, contact, audience, reason) is MailTime.NOW
    ]
    once: dict[str, Addressee] = {}
    for addressee in (*told, *ops):
        once.setdefault(same_address(addressee.email), addressee)
    return tuple(once.values())


def notified(announcement: Announcement, audience: Audience) -> tuple[Notified, ...]:
    """The browsers in which somebody is notified of it now; of nobody whom the directory does not let see the ticket.

    Whom the channel asked to decide, its journal names by their browsers.
    """
    asked = [each.person.email for each in audience.contacts if _has(each, announcement.asked)]
    said = announcement.model_copy(update={"asked": tuple(asked)})
    return tuple(
        Notified(browser=browser, language=contact.language or browser.language, reason=reason)
        for contact in audience.contacts
        if contact.browsers
        and (reason := concern(said, contact, audience))
        and _pushed(said, contact, audience, reason)
        for browser in contact.browsers
    )


def _has(contact: Contact, browsers: tuple[str, ...]) -> bool:
    return any(each.destination in browsers for each in contact.browsers)


def _pushed(announcement: Announcement, contact: Contact, audience: Audience, reason: Reason) -> bool:
    if announcement.declares and reason is Reason.DECIDES:
        return True
    chosen = contact.preferences.push.get(announcement.event)
    return not _leaves_it(announcement, contact, audience, reason) if chosen is None else chosen is PushTime.NOW


def mail_time(announcement: Announcement, contact: Contact, audience: Audience, reason: Reason) -> MailTime:
    """The time at which the contact is mailed about it: as they chose, else at once, unless that is one too many.

    Whoever may decide hears of an emergency at once, whatever they chose.
    """
    event, preferences = announcement.event, contact.preferences
    if announcement.declares and reason is Reason.DECIDES:
        return MailTime.NOW
    quiet = event not in preferences.mail and _leaves_it(announcement, contact, audience, reason)
    return MailTime.OFF if quiet else preferences.mailed(event)


def _leaves_it(announcement: Announcement, contact: Contact, audience: Audience, reason: Reason) -> bool:
    """Tells whether the contact, who chose nothing, is left alone: others decide."""
    return reason is Reason.DECIDES and _stands_in(announcement, contact, audience)


def _stands_in(announcement: Announcement, contact: Contact, audience: Audience) -> bool:
    """Tells whether the contact may decide for the whole platform alone, and the tenant has somebody of its own.

    They are reminded when nobody has decided, and told at once where nobody else could.
    """
    if announcement.event in {Event.REMINDER, Event.OVERDUE, Event.ESCALATED} or contact.handed:
        return False
    ticket, requester = announcement.ticket, announcement.requester
    own = [each for each in audience.contacts if _of_the_tenant(each.person, ticket)]
    return contact not in own and any(
        not each.silent and roles.refusal(each.person, Permission.APPROVE, ticket, requester) is None for each in own
    )


def _of_the_tenant(person: Person, ticket: PromotionRequest) -> bool:
    """Tells whether a role in the ticket's own tenant lets the person approve there."""
    tenant = ticket.metadata.tenant
    return any(each.tenant == tenant and Permission.APPROVE in person.allowed(each.role) for each in person.grants)


def reason_of(announcement: Announcement, contact: Contact, audience: Audience) -> Reason | None:
    """The reason for which the contact is mailed; None where it does not concern them, or they want no mail."""
    return None if contact.silent else concern(announcement, contact, audience)


def concern(announcement: Announcement, contact: Contact, audience: Audience) -> Reason | None:
    """The reason for which it concerns the contact; None where it does not, and for services."""
    if contact.person.owner is not None:
        return None
    return next((reason for reason in Reason if _holds(reason, announcement, contact, audience)), None)


_OTHERS = {Event.CREATED, Event.ENDORSED, Event.UNENDORSED, Event.REMINDER, Event.OVERDUE, Event.ESCALATED}
_OF_ONES_OWN = frozenset(Event) - _OTHERS
"""The events that whoever asked hears of: of votes, the one that completes the approval."""

_TOLD: dict[Reason, frozenset[Event]] = {
    Reason.REQUESTED: _OF_ONES_OWN,
    Reason.OWNS: _OF_ONES_OWN,
    Reason.DECIDES: frozenset(
        {Event.CREATED, Event.REMINDER, Event.LAPSED, Event.APPROVED, Event.OVERDUE, Event.ESCALATED}
    ),
    Reason.ASKED: frozenset({Event.OVERDUE, Event.ESCALATED}),
    Reason.REPRESENTED: frozenset({Event.APPROVED, Event.REJECTED}),
    Reason.APPROVED: frozenset(
        {Event.CANCELLED, Event.STARTED, Event.SUCCEEDED, Event.FAILED, Event.RATIFIED, Event.REFUTED}
    ),
    Reason.WAS_ASKED: CLOSING,
    Reason.FOLLOWS: frozenset({Event.SUCCEEDED, Event.FAILED}),
    Reason.OPERATES: frozenset(),
}
"""The events that somebody hears of, by what they have to do with the ticket.

Who decides is asked to; of an approval they hear here where a rule gave it, and nobody was asked, or where somebody
else declared an emergency, for which one of them has to answer.
"""


def _holds(reason: Reason, announcement: Announcement, contact: Contact, audience: Audience) -> bool:
    ticket, person, requester = announcement.ticket, contact.person, announcement.requester
    if announcement.event not in _TOLD[reason] or not _is_asked(announcement, contact):
        return False
    match reason:
        case Reason.REQUESTED:
            return person.is_requester(ticket, requester)
        case Reason.OWNS:
            return _owns_the_requester(announcement, person, audience)
        case Reason.DECIDES:
            return _decides(announcement, contact)
        case Reason.ASKED:
            return announcement.escalates_to is not None and _may_press(announcement, person)
        case Reason.REPRESENTED | Reason.APPROVED:
            named = ticket.last.on_behalf_of if reason is Reason.REPRESENTED else ticket.status.approved_by
            return named is not None and same_address(named) in person.addresses
        case Reason.WAS_ASKED:
            return _was_asked(announcement, person)
        case Reason.FOLLOWS:
            return contact.follows and roles.refusal(person, Permission.SEE, ticket) is None
        case Reason.OPERATES:
            return False


def _decides(announcement: Announcement, contact: Contact) -> bool:
    """Tells whether the contact hears of it as one who may decide, by their own right or by a vote handed to them."""
    ticket, person, requester = announcement.ticket, contact.person, announcement.requester
    by_rule = announcement.event is Event.APPROVED and announcement.rule is not None
    heard = announcement.asks or by_rule or _may_answer(announcement, person)
    voted = announcement.event is Event.ESCALATED and has_voted(ticket, person)
    own = not voted and roles.refusal(person, Permission.APPROVE, ticket, requester) is None
    return (heard and own) or (announcement.asks and not voted and _votes_for_others(announcement, contact))


def _is_asked(announcement: Announcement, contact: Contact) -> bool:
    """Tells whether a rule asks the contact, where it asks somebody at all."""
    asked, tenant = announcement.escalates_to, announcement.ticket.metadata.tenant
    return asked is None or asked.has(contact.person, contact.groups, tenant)


def has_voted(ticket: PromotionRequest, person: Person) -> bool:
    """Tells whether the person's vote was given: by them, or by whom they had handed it to."""
    given = (ticket.status.history[place] for place in ticket.votes)
    named = {same_address(each) for entry in given for each in (entry.by, entry.on_behalf_of) if each}
    return not named.isdisjoint(person.addresses)


def _may_press(announcement: Announcement, person: Person) -> bool:
    """Tells whether the person sees the request, and has no part in it of their own: they may ask others to decide."""
    ticket, declared = announcement.ticket, announcement.ticket.emergency
    refused = roles.refusal(person, Permission.APPROVE, ticket, announcement.requester)
    own = isinstance(refused, SelfApproval) or (declared and same_address(declared.by) in person.addresses)
    return not own and roles.refusal(person, Permission.SEE, ticket) is None


def _votes_for_others(announcement: Announcement, contact: Contact) -> bool:
    """Tells whether somebody's vote on the ticket is the contact's to give."""
    ticket, requester, at = announcement.ticket, announcement.requester, announcement.at
    givers = may_stand_in(ticket, contact.handed, contact.person, requester, at)
    escalates = announcement.event is Event.ESCALATED
    return any(not (escalates and has_voted(ticket, giver)) for giver in givers)


def with_delegates(audience: Audience, handed: Iterable[HandedVote]) -> Audience:
    """The audience with whoever may vote for somebody, as the delegations that reach the tenant say."""
    contacts = {same_address(each.person.email): each for each in audience.contacts}
    found: dict[str, list[HandedVote]] = {}
    for vote in handed:
        found.setdefault(same_address(vote.delegate.email), []).append(vote)
    for address, votes in found.items():
        contact = contacts.get(address) or Contact(person=votes[0].delegate)
        contacts[address] = contact.model_copy(update={"handed": (*contact.handed, *votes)})
    return audience.model_copy(update={"contacts": tuple(contacts.values())})


def _may_answer(announcement: Announcement, person: Person) -> bool:
    """Tells whether it is about an emergency that somebody else declared."""
    declared = announcement.ticket.emergency
    about = announcement.declares or announcement.event is Event.OVERDUE
    return about and declared is not None and same_address(declared.by) not in person.addresses


def _owns_the_requester(announcement: Announcement, person: Person, audience: Audience) -> bool:
    ticket, requester = announcement.ticket, announcement.requester
    asked = (each.person for each in audience.contacts if each.person.is_requester(ticket, requester))
    return bool(person.addresses & {same_address(each.owner) for each in asked if each.owner})


def _was_asked(announcement: Announcement, person: Person) -> bool:
    """Tells whether the person was asked to decide, did not themselves, and may still see what became of it."""
    ticket = announcement.ticket
    if same_address(ticket.last.by) in person.addresses or roles.refusal(person, Permission.SEE, ticket):
        return False
    return not person.addresses.isdisjoint(map(same_address, announcement.asked))
