"""Writes planned deployments as a calendar (RFC 5545), for programs that fetch it again and again (RFC 7986)."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event, vDuration

from domain.audience import Language
from domain.ticket import PromotionRequest, State

REFRESH = timedelta(minutes=15)
"""The time after which a program is asked to look again."""

_TITLES: Mapping[Language, str] = {Language.EN: "Deployments to production", Language.FR: "Mises en production"}
_STATES: Mapping[Language, Mapping[State, str]] = {
    Language.EN: {
        State.PENDING: "awaits approval",
        State.APPROVED: "approved",
        State.DEPLOYING: "deploying",
        State.DEPLOYED: "deployed",
        State.FAILED: "failed",
    },
    Language.FR: {
        State.PENDING: "en attente d'approbation",
        State.APPROVED: "approuvée",
        State.DEPLOYING: "en cours",
        State.DEPLOYED: "déployée",
        State.FAILED: "en échec",
    },
}
_HELD: Mapping[Language, str] = {Language.EN: "on hold", Language.FR: "suspendue"}


def calendar(tickets: Iterable[PromotionRequest], language: Language, url: str) -> bytes:
    """The calendar of these requests, each with its date; `url` is the console's, without a slash at its end.

    It says no more of a request than a line of the list does: no justification, notes or plan.
    """
    made = Calendar()
    made.add("prodid", "-//Prodgate//Calendar//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", _TITLES[language])
    made.add("name", _TITLES[language])
    made.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    for ticket in tickets:
        made.add_component(_event(ticket, language, url))
    return bytes(made.to_ical())


def _event(ticket: PromotionRequest, language: Language, url: str) -> Event:
    target, event = ticket.spec.target, Event()
    event.add("uid", f"{ticket.id}@{urlsplit(url).hostname or 'prodgate'}")
    event.add("dtstamp", ticket.last.at)
    event.add("last-modified", ticket.last.at)
    event.add("sequence", len(ticket.status.history) - 1)
    event.add("dtstart", ticket.spec.request.scheduled_date)
    event.add("summary", f"{target.name} {target.version} → {target.target_environment}: {_said(ticket, language)}")
    event.add("status", "TENTATIVE" if ticket.state is State.PENDING or ticket.hold else "CONFIRMED")
    event.add("categories", [ticket.metadata.tenant])
    event.add("description", f"{ticket.id}, {ticket.metadata.tenant}")
    event.add("url", f"{url}/requests/{ticket.id}")
    event.add("transp", "TRANSPARENT")  # nobody is busy because of it
    return event


def _said(ticket: PromotionRequest, language: Language) -> str:
    return _HELD[language] if ticket.hold else _STATES[language][ticket.state]
