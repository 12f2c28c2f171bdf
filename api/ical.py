"""Writes planned deployments and freezes as a calendar (RFC 5545), for programs that fetch it again (RFC 7986)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event, vDuration

from domain.audience import Language
from domain.freezes import FreezeTime
from domain.rules import Match
from domain.ticket import Impact, PromotionRequest, State, TargetType

REFRESH = timedelta(minutes=15)
"""The time after which a program is asked to look again."""

_TITLES: Mapping[Language, str] = {Language.EN: "Deployments to production", Language.FR: "Mises en production"}
_STATES: Mapping[Language, Mapping[State, str]] = {
    Language.EN: {
        State.PENDING: "awaits approval",
        State.APPROVED: "approved",
        State.DEPLOYING: "deploying",
        State.VERIFYING: "verifying",
        State.DEPLOYED: "deployed",
        State.FAILED: "failed",
    },
    Language.FR: {
        State.PENDING: "en attente d'approbation",
        State.APPROVED: "approuvée",
        State.DEPLOYING: "en cours",
        State.VERIFYING: "en vérification",
        State.DEPLOYED: "déployée",
        State.FAILED: "en échec",
    },
}
_HELD: Mapping[Language, str] = {Language.EN: "on hold", Language.FR: "suspendue"}
_FREEZES: Mapping[Language, str] = {Language.EN: "Freeze: {}", Language.FR: "Gel : {}"}
_RULES: Mapping[Language, str] = {
    Language.EN: "Nothing is launched, by the rule {}",
    Language.FR: "Aucun déploiement, selon la règle {}",
}
_TYPES: Mapping[Language, Mapping[TargetType, str]] = {
    Language.EN: {TargetType.API: "API", TargetType.APPLICATION: "application", TargetType.POLICY: "policy"},
    Language.FR: {TargetType.API: "API", TargetType.APPLICATION: "application", TargetType.POLICY: "politique"},
}
_IMPACTS: Mapping[Language, Mapping[Impact, str]] = {
    Language.EN: {each: f"{each} impact" for each in Impact},
    Language.FR: {
        Impact.LOW: "impact faible",
        Impact.MEDIUM: "impact moyen",
        Impact.HIGH: "impact élevé",
        Impact.CRITICAL: "impact critique",
    },
}
_SOME: Mapping[Language, str] = {Language.EN: "some targets only", Language.FR: "certaines cibles seulement"}


@dataclass(frozen=True)
class Planned:
    """The contents of a calendar: requests, each with its date, and freezes, as they are at a moment."""

    tickets: Iterable[PromotionRequest]
    freezes: Iterable[FreezeTime]
    at: datetime


def calendar(planned: Planned, language: Language, url: str) -> bytes:
    """The calendar of what is planned; `url` is the console's, without a slash at its end.

    It says no more of a request than a line of the list does: no justification, notes or plan.
    """
    made = Calendar()
    made.add("prodid", "-//Prodgate//Calendar//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", _TITLES[language])
    made.add("name", _TITLES[language])
    made.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    for ticket in planned.tickets:
        made.add_component(_event(ticket, language, url))
    for freeze in planned.freezes:
        made.add_component(_freeze(freeze, planned.at, language, url))
    return bytes(made.to_ical())


def _event(ticket: PromotionRequest, language: Language, url: str) -> Event:
    target, event = ticket.spec.target, Event()
    event.add("uid", f"{ticket.id}@{_host(url)}")
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


def _freeze(freeze: FreezeTime, at: datetime, language: Language, url: str) -> Event:
    event, times = Event(), f"{freeze.begins:%Y%m%dT%H%M%SZ}-{freeze.ends:%Y%m%dT%H%M%SZ}"
    event.add("uid", f"{freeze.rule}-{times}@{_host(url)}")
    event.add("dtstamp", at)
    event.add("dtstart", freeze.begins)
    event.add("dtend", freeze.ends)
    event.add("summary", _FREEZES[language].format(freeze.reason))
    event.add("status", "CONFIRMED")
    event.add("categories", ["freeze"])
    event.add("description", "\n".join(_scope(freeze, language)))
    event.add("transp", "TRANSPARENT")
    return event


def _scope(freeze: FreezeTime, language: Language) -> Iterator[str]:
    """The rule's name, and below it for what it holds where that is not everything; targets may be others' secret."""
    match: Match = freeze.match
    yield _RULES[language].format(freeze.rule)
    parts = (
        *match.tenants,
        *(_TYPES[language][each] for each in match.types),
        *(_IMPACTS[language][each] for each in match.impacts),
        *([_SOME[language]] if match.names else ()),
    )
    if parts:
        yield ", ".join(parts)


def _host(url: str) -> str:
    return urlsplit(url).hostname or "prodgate"
