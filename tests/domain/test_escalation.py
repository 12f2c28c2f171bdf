"""Escalation: whom a rule asks next, when, and who hears of it; nobody gains a right by it."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain import lifecycle, roles
from domain.announcement import Announcement, Event
from domain.audience import Audience, Contact, Reason, recipients
from domain.escalation import EscalationStep, Party, due, waiting_from, waits_since
from domain.preferences import MailTime, Preferences
from domain.roles import Permission, Person, Requester, Role
from domain.rules import Rule, applied
from domain.ticket import Impact, Target, TargetType
from tests.clients.announcing import emergency
from tests.domain.builders import ADA, FINANCE, JEAN, NOW, PIERRE, VERA, history, pending, person, ticket_in

DAY = timedelta(days=1)
CLAIRE = person("claire.moreau@cab-i.com", Role.CPI)
ADMINS, MANAGEMENT, CPIS = Party(role=Role.CPI_ADMIN), Party(group="management"), Party(role=Role.CPI)
STEPS = (
    EscalationStep(role=Role.CPI_ADMIN, after=2 * DAY),
    EscalationStep(group="management", after=4 * DAY),
)


def manager(of: Person) -> Contact:
    return Contact(person=of, groups=("management",))


PEOPLE = (PIERRE, JEAN, CLAIRE, ADA)
EVERYBODY = Audience(tenant_name="Finance", contacts=(*(Contact(person=each) for each in PEOPLE), manager(VERA)))


def said(asked: Party, **fields: Any) -> Announcement:
    ticket = fields.pop("ticket", ticket_in("pending"))
    about = {"event": Event.ESCALATED, "number": len(ticket.status.history), "at": NOW, "ticket": ticket}
    return Announcement.model_validate(about | {"escalates_to": asked} | fields)


def told(announcement: Announcement, to: Audience = EVERYBODY) -> dict[str, Reason]:
    return {each.email.partition(".")[0]: each.reason for each in recipients(announcement, to)}


def test_each_step_is_due_once_in_its_time() -> None:
    """Whoever was asked is not asked again, whatever time a rule gives them later."""
    assert due(STEPS, NOW, (), NOW + DAY) == ()
    assert due(STEPS, NOW, (), NOW + 2 * DAY) == STEPS[:1]
    assert due(STEPS, NOW, (), NOW + 9 * DAY) == STEPS
    assert due(STEPS, NOW, (ADMINS,), NOW + 9 * DAY) == STEPS[1:]
    later = (STEPS[0].model_copy(update={"after": 3 * DAY}),)
    assert due(later, NOW, (ADMINS,), NOW + 9 * DAY) == ()


def test_a_lapse_begins_the_waiting_anew_and_a_vote_does_not() -> None:
    """Also where somebody voted after the lapse."""
    entries = history("created approved lapsed endorsed")
    moved = [each.model_copy(update={"at": NOW + number * DAY}) for number, each in enumerate(entries)]
    moved[2] = moved[2].model_copy(update={"decide_by": NOW + 30 * DAY})
    ticket = pending().model_copy(update={"status": lifecycle.status_of(tuple(moved))})
    assert (waiting_from(ticket), waits_since(ticket)) == (3, NOW + 2 * DAY)
    voted = pending().model_copy(update={"status": lifecycle.status_of(history("created endorsed"))})
    assert (waiting_from(voted), waits_since(voted)) == (1, NOW)


def test_a_date_beyond_the_calendar_is_never_due() -> None:
    """Recorded tickets are read whatever they say."""
    step = EscalationStep(role=Role.CPI, after=366 * DAY)
    assert due((step,), NOW.replace(year=9999), (), NOW.replace(year=9998)) == ()


@pytest.mark.parametrize(
    ("steps", "fault"),
    [
        ([{"after": "P2D", "role": "cpi"}, {"after": "P1D", "group": "management"}], "order of their times"),
        ([{"after": "P1D", "role": "cpi"}, {"after": "P2D", "role": "cpi"}], "a role or a group once"),
        ([{"after": "P1D"}], "name a role or a group"),
        ([{"after": "P1D", "role": "cpi", "group": "management"}], "name a role or a group"),
        ([{"after": "P1D", "role": "devops"}], "sees no request of others"),
        ([{"after": "PT1M", "role": "cpi"}], "5 minutes"),
        ([], "at least 1 item"),
    ],
)
def test_an_escalation_that_makes_no_sense_is_a_fault(steps: list[dict[str, str]], fault: str) -> None:
    """The sentence says what is wrong."""
    with pytest.raises(ValidationError, match=fault):
        Rule.model_validate({"name": "next", "escalation": steps})


def test_the_most_specific_rule_says_who_is_asked() -> None:
    """One that says nobody is takes a less specific one's word; two that differ decide nothing."""
    target = Target(type=TargetType.API, name="payment-api", version="1.0.0")
    every = Rule(name="every", escalation=STEPS)
    finance = {"tenants": [FINANCE]}
    own = Rule.model_validate({"name": "own", "match": finance, "escalation": [{"after": "P1D", "role": "viewer"}]})
    nobody = Rule.model_validate({"name": "nobody", "match": finance, "escalation": False})

    def held(*rules: Rule) -> Any:
        return applied(rules, FINANCE, target, Impact.LOW)

    assert (held(every).escalation, held(every).escalation_of) == (STEPS, "every")
    assert (held(every, own).escalation, held(every, own).escalation_of) == (own.escalation, "own")
    assert (held(every, nobody).escalation, held(every, nobody).escalation_of) == ((), None)
    assert held(own, nobody).undecided == ("nobody", "own")


def test_only_who_is_asked_hears_and_only_who_may_decides() -> None:
    """An admin decides; a manager who may not is asked to see to it."""
    assert told(said(ADMINS)) == {"ada": Reason.DECIDES}
    assert told(said(MANAGEMENT)) == {"vera": Reason.ASKED}
    assert told(said(CPIS)) == {"jean": Reason.DECIDES, "claire": Reason.DECIDES}


def test_whoever_voted_is_asked_to_find_others() -> None:
    """Their own vote is there already."""
    ticket = pending().model_copy(update={"status": lifecycle.status_of(history("created endorsed"))})
    assert told(said(CPIS, ticket=ticket)) == {"jean": Reason.ASKED, "claire": Reason.DECIDES}


@pytest.mark.parametrize(
    "requester",
    [
        person("pierre.durand@cab-i.com", Role.CPI),
        person("p.durand@cab-i.com", Role.CPI, aliases=("Pierre.Durand@cab-i.com",)),
        person("somebody.else@cab-i.com", Role.CPI, subject="sub-pierre"),
        person("owner@cab-i.com", Role.CPI, aliases=("pierre.durand@cab-i.com",)),
        person("pierre.durand@cab-i.com", Role.CPI_ADMIN, tenant=None),
    ],
)
def test_the_requester_is_never_asked(requester: Person) -> None:
    """Under no address, not by the proven subject, not as the owner of the account that asked; nor to press."""
    to = Audience(tenant_name="Finance", contacts=(manager(requester), Contact(person=JEAN)))
    asker = Requester(subject="sub-pierre", addresses=("pierre.durand@cab-i.com",))
    for asked in (MANAGEMENT, CPIS, ADMINS):
        assert told(said(asked, requester=asker), to).keys() <= {"jean"}


def test_nobody_hears_of_what_they_may_not_see_nor_gains_a_right() -> None:
    """A group shows nobody another tenant's request; who is asked may do what they might before."""
    stranger = person("sam.stranger@cab-i.com", Role.CPI, tenant="tenant-retail")
    nobody = person("nina.nobody@cab-i.com", None)
    robot = person("robot@cab-i.com", Role.VIEWER, owner=JEAN.email)
    to = Audience(tenant_name="Finance", contacts=(manager(stranger), manager(nobody), manager(robot), manager(VERA)))
    assert told(said(MANAGEMENT), to) == {"vera": Reason.ASKED}
    assert roles.refusal(VERA, Permission.APPROVE, ticket_in("pending")) is not None


def test_an_overdue_answer_is_asked_for_likewise() -> None:
    """Never of whoever declared the emergency, even where a rule names them."""
    overdue = emergency().model_copy(update={"event": Event.OVERDUE, "escalates_to": MANAGEMENT})
    to = Audience(tenant_name="Finance", contacts=tuple(map(manager, (PIERRE, JEAN, CLAIRE, VERA))))
    assert told(overdue, to) == {"claire": Reason.DECIDES, "vera": Reason.ASKED}


def test_a_choice_of_their_own_counts() -> None:
    """Whoever wants no such mail gets none."""
    quiet = Contact(person=CLAIRE, preferences=Preferences(mail={Event.ESCALATED: MailTime.OFF}))
    to = Audience(tenant_name="Finance", contacts=(quiet, Contact(person=JEAN)))
    assert told(said(CPIS), to) == {"jean": Reason.DECIDES}
