"""Announcements: their events, their readers and their times."""

from datetime import timedelta
from typing import Any

import pytest

from domain import lifecycle
from domain.announcement import Announcement, Event, Plan, event_of, next_due, reminders_by
from domain.audience import Addressee, Audience, Contact, Reason, recipients
from domain.preferences import Digest, MailTime, Preferences
from domain.roles import Person, Requester, Role
from domain.ticket import Impact, State
from tests.clients.announcing import emergency
from tests.clients.announcing import said as told
from tests.domain.builders import ADA, JEAN, NOW, PIERRE, VERA, history, person, ticket_in

CLAIRE = person("claire.moreau@cab-i.com", Role.CPI)
SOPHIE = person("sophie.martin@cab-i.com", Role.DEVOPS)
OPS = Addressee(email="ops@cab-i.com", name="Operations")
DAY = timedelta(days=1)
PLAN = Plan(remind_after=dict.fromkeys(Impact, DAY), warn_before=3 * DAY, patience=DAY, expiry=30 * DAY)


def audience(*people: Person | Contact) -> Audience:
    contacts = tuple(each if isinstance(each, Contact) else Contact(person=each) for each in people)
    return Audience(tenant_name="Finance", contacts=contacts, ops=(OPS,))


EVERYBODY = audience(PIERRE, SOPHIE, JEAN, CLAIRE, ADA, Contact(person=VERA, follows=True))


def said(event: Event, state: str = "pending", **fields: Any) -> Announcement:
    ticket = ticket_in(state)
    number = len(ticket.status.history)
    return Announcement.model_validate({"event": event, "number": number, "at": NOW, "ticket": ticket} | fields)


def mailed(announcement: Announcement, to: Audience = EVERYBODY) -> set[str]:
    found = [each.email.partition("@")[0].partition(".")[0] for each in recipients(announcement, to)]
    assert len(found) == len(set(found))
    return set(found)


@pytest.mark.parametrize(
    ("event", "state", "expected"),
    [
        (Event.CREATED, "pending", {"jean", "claire"}),
        (Event.REMINDER, "pending", {"jean", "claire", "ada"}),
        (Event.EXPIRING, "pending", {"pierre"}),
        (Event.APPROVED, "approved", {"pierre"}),
        (Event.REJECTED, "rejected", {"pierre"}),
        (Event.CANCELLED, "cancelled", {"pierre"}),
        (Event.EXPIRED, "expired", {"pierre"}),
        (Event.SUPERSEDED, "superseded", {"pierre"}),
        (Event.HELD, "approved", {"pierre"}),
        (Event.RELEASED, "approved", {"pierre"}),
        (Event.LAPSED, "pending", {"pierre", "jean", "claire"}),
        (Event.STARTED, "deploying", {"pierre", "jean"}),
        (Event.SUCCEEDED, "deployed", {"pierre", "jean", "vera"}),
        (Event.FAILED, "failed", {"pierre", "jean", "vera", "ops"}),
    ],
)
def test_an_event_is_mailed_to_whom_the_contract_names(event: Event, state: str, expected: set[str]) -> None:
    """The table of the contract, each person once."""
    assert mailed(said(event, state)) == expected


def test_an_emergency_and_its_answer_are_told() -> None:
    """Everybody who may answer hears of it at once, whatever they chose; whoever declared it does not, as they know."""
    quiet = Contact(person=CLAIRE, preferences=Preferences(mail={Event.APPROVED: MailTime.OFF}))
    to = audience(PIERRE, JEAN, quiet, ADA, VERA)
    assert mailed(emergency(), to) == {"pierre", "claire", "ada"}
    assert mailed(told(Event.OVERDUE), to) == {"claire", "ada"}
    for event in (Event.RATIFIED, Event.REFUTED):
        assert mailed(told(event), to) == {"pierre", "jean"}


def test_who_stands_in_is_asked_where_nobody_else_can_decide() -> None:
    """The tenant's own approver asked for it, wants no mail, or there is none; otherwise they are reminded alone."""
    asked_by_jean = said(Event.CREATED, requester=Requester.of(JEAN))
    assert mailed(asked_by_jean, audience(JEAN, ADA)) == {"ada"}
    assert mailed(said(Event.CREATED), audience(Contact(person=JEAN, silent=True), ADA)) == {"ada"}
    assert mailed(said(Event.CREATED), audience(PIERRE, ADA)) == {"ada"}
    assert mailed(said(Event.REMINDER)) == {"jean", "claire", "ada"}


def test_a_choice_of_their_own_counts() -> None:
    """For the event that they made it for; nobody gets what does not concern them by it."""
    every = Preferences(mail=dict.fromkeys(Event, MailTime.NOW))
    none = Preferences(mail=dict.fromkeys(Event, MailTime.OFF))
    kept = Preferences(mail={Event.CREATED: MailTime.DIGEST}, digest=Digest(daily=True))
    people = audience(
        Contact(person=ADA, preferences=every),
        Contact(person=JEAN, preferences=none),
        Contact(person=CLAIRE, preferences=kept),
        Contact(person=PIERRE, preferences=every),
    )
    assert mailed(said(Event.CREATED), people) == {"ada"}
    assert mailed(said(Event.LAPSED), people) == {"ada", "claire", "pierre"}
    assert mailed(said(Event.STARTED, "deploying"), people) == {"pierre"}


def test_who_was_asked_hears_who_decided_unless_they_did() -> None:
    """Under whatever address they were asked, and only while they may see the request."""
    asked = ("Jean.Dupont@cab-i.com", CLAIRE.email, SOPHIE.email)
    found = {each.email: each.reason for each in recipients(said(Event.APPROVED, "approved", asked=asked), EVERYBODY)}
    assert found == {PIERRE.email: Reason.REQUESTED, CLAIRE.email: Reason.WAS_ASKED}


@pytest.mark.parametrize(
    ("event", "state", "reasons"),
    [
        (Event.CREATED, "pending", {"jean": Reason.DECIDES, "claire": Reason.DECIDES}),
        (Event.APPROVED, "approved", {"pierre": Reason.REQUESTED}),
        (
            Event.FAILED,
            "failed",
            {"pierre": Reason.REQUESTED, "jean": Reason.APPROVED, "vera": Reason.FOLLOWS, "ops": Reason.OPERATES},
        ),
    ],
)
def test_each_is_told_for_their_own_reason(event: Event, state: str, reasons: dict[str, Reason]) -> None:
    """One, and the true one."""
    found = recipients(said(event, state), EVERYBODY)
    assert {each.email.partition("@")[0].partition(".")[0]: each.reason for each in found} == reasons


def test_the_requester_is_never_asked_to_decide() -> None:
    """Under no address, and not by the subject that was proven when they asked."""
    for requester in (
        person("pierre.durand@cab-i.com", Role.CPI),
        person("p.durand@cab-i.com", Role.CPI, aliases=("Pierre.Durand@cab-i.com",)),
        person("somebody.else@cab-i.com", Role.CPI, subject="sub-pierre"),
    ):
        announcement = said(Event.CREATED, requester=Requester(subject="sub-pierre"))
        assert recipients(announcement, audience(requester)) == ()


def test_who_holds_several_roles_or_addresses_is_mailed_once() -> None:
    """Somebody who follows, approved, and is ops as well gets one mail."""
    both = audience(Contact(person=JEAN, follows=True), PIERRE).model_copy(
        update={"ops": (Addressee(email="Jean.Dupont@cab-i.com", name="Jean"),)}
    )
    assert [each.email for each in recipients(said(Event.FAILED, "failed"), both)] == [JEAN.email, PIERRE.email]


def test_who_wants_no_mail_gets_none() -> None:
    """`notify: never` holds for approvers too."""
    assert mailed(said(Event.CREATED), audience(Contact(person=JEAN, silent=True), CLAIRE)) == {"claire"}


def test_nobody_is_told_of_what_they_may_not_see() -> None:
    """A devops who follows sees their own requests alone."""
    follower = Contact(person=SOPHIE, follows=True)
    assert mailed(said(Event.SUCCEEDED, "deployed"), audience(follower, PIERRE)) == {"pierre"}


def test_for_a_service_account_its_owner_is_told() -> None:
    """A pipeline has no mailbox."""
    robot = person("pierre.durand@cab-i.com", Role.DEVOPS, owner=SOPHIE.email)
    assert mailed(said(Event.APPROVED, "approved"), audience(robot, SOPHIE)) == {"sophie"}


def test_a_retry_and_a_refused_launch_are_announced_by_what_follows_them() -> None:
    """The new job, or the failure, is the news."""
    retried = ticket_in("failed")
    entries = (*retried.status.history, *history("retried"))
    assert (
        event_of(retried.model_copy(update={"status": retried.status.model_copy(update={"history": entries})})) is None
    )
    assert event_of(ticket_in("deploying")) is None  # the builder's has no job
    assert event_of(ticket_in("failed")) is Event.FAILED


def test_an_id_names_one_thing_to_say_and_stays() -> None:
    """Ticket, change, event; a second reminder is another thing."""
    assert said(Event.APPROVED, "approved").id == "PR-2026-0001.2.request-approved"
    assert said(Event.REMINDER, turn=2).id == "PR-2026-0001.1.request-reminder.2"


def due(reminded: int, *, warned: bool, state: str = "pending", days: float = 30) -> object:
    return next_due(ticket_in(state), NOW + days * DAY, PLAN, reminded, warned)


def test_approvers_are_reminded_daily_and_the_requester_is_warned_before_it_expires() -> None:
    """After a day, then once a day; the warning comes three days before the end, once."""
    assert due(0, warned=False) == (NOW + DAY, Event.REMINDER)
    assert due(1, warned=False) == (NOW + 2 * DAY, Event.REMINDER)
    assert due(27, warned=False) == (NOW + 27 * DAY, Event.EXPIRING)
    assert due(28, warned=True) == (NOW + 29 * DAY, Event.REMINDER)
    assert due(29, warned=True) is None


def test_reminders_that_nobody_could_send_are_not_made_up_for() -> None:
    """After a week without a worker, one reminder comes, not seven."""
    assert reminders_by(ticket_in("pending"), PLAN, NOW + timedelta(days=7, hours=1)) == 7
    assert due(7, warned=True) == (NOW + 8 * DAY, Event.REMINDER)


@pytest.mark.parametrize("state", [state for state in State if state is not State.PENDING])
def test_nobody_is_reminded_of_what_is_decided(state: State) -> None:
    """Only pending tickets wait for people."""
    assert due(0, warned=False, state=state) is None


def test_a_short_life_is_warned_of_at_once_and_never_reminded() -> None:
    """A ticket that expires within a day."""
    assert due(0, warned=False, days=5 / 24) == (NOW, Event.EXPIRING)
    assert due(0, warned=True, days=5 / 24) is None


def test_an_approval_that_lapsed_lets_the_waiting_begin_anew() -> None:
    """A day after the lapse is the first reminder, whenever the request was made."""
    later = {"at": NOW + 9 * DAY, "decide_by": NOW + 12 * DAY}
    lapsed = history("created approved lapsed")[-1].model_copy(update=later)
    entries = (*history("created approved"), lapsed)
    ticket = ticket_in("pending").model_copy(update={"status": lifecycle.status_of(entries)})
    assert next_due(ticket, NOW + 12 * DAY, PLAN, 0, warned=True) == (NOW + 10 * DAY, Event.REMINDER)
    assert next_due(ticket, NOW + 12 * DAY, PLAN, 0, warned=False) == (NOW + 9 * DAY, Event.EXPIRING)
