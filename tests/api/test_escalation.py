"""Whom rules ask while nobody decides, as the API tells it."""

from datetime import timedelta

from api.escalation import escalated_at, escalation_of
from domain import lifecycle
from domain.announcement import Channel, Event
from domain.delivery import Progress
from domain.escalation import EscalationStep, Party
from domain.roles import Role
from domain.rules import Applied
from domain.targets import FileFault, TargetFacts
from tests.api.house import JEAN, PIERRE, House, unique_name
from tests.domain.builders import NOW, history, pending, ticket_in
from tests.rules import rule

DAY = timedelta(days=1)
ADMINS, MANAGEMENT, VIEWERS = Party(role=Role.CPI_ADMIN), Party(group="management"), Party(role=Role.VIEWER)
STEPS = (
    EscalationStep(role=Role.CPI_ADMIN, after=2 * DAY),
    EscalationStep(group="management", after=4 * DAY),
)
FACTS = TargetFacts(controlled=True, rules=Applied(escalation=STEPS, escalation_of="next"))


def told(asked: Party, at: timedelta, channel: Channel = Channel.MAIL, number: int = 1) -> Progress:
    return Progress(event=Event.ESCALATED, number=number, turn=1, at=NOW + at, escalates_to=asked, channel=channel)


def test_it_tells_who_was_asked_and_who_will_be() -> None:
    """Of several channels the first one counts; whom a rule named before stays told of."""
    said = (told(ADMINS, 2 * DAY), told(ADMINS, 3 * DAY, Channel.SLACK), told(VIEWERS, DAY))
    found = escalation_of(pending(), FACTS, said)
    assert [(each.role, each.group, each.at - NOW, each.asked and each.asked - NOW) for each in found] == [
        ("viewer", None, DAY, DAY),
        ("cpi_admin", None, 2 * DAY, 2 * DAY),
        (None, "management", 4 * DAY, None),
    ]


def test_what_lapsed_waits_anew_and_what_is_decided_for_nobody() -> None:
    """What was asked before the lapse is past."""
    *entries, lapsed = history("created approved lapsed")
    status = lifecycle.status_of((*entries, lapsed.model_copy(update={"at": NOW + 3 * DAY})))
    anew = pending().model_copy(update={"status": status})
    found = escalation_of(anew, FACTS, (told(ADMINS, 2 * DAY),))
    assert [(each.at - NOW, each.asked) for each in found] == [(5 * DAY, None), (7 * DAY, None)]
    assert escalation_of(ticket_in("approved"), FACTS, (told(ADMINS, 2 * DAY),)) == ()
    assert escalated_at(ticket_in("approved"), FACTS, NOW + 9 * DAY) is None


def test_a_row_tells_when_somebody_was_asked_last() -> None:
    """Nobody, while a file that may say otherwise can't be read."""
    assert escalated_at(pending(), FACTS, NOW + DAY) is None
    assert escalated_at(pending(), FACTS, NOW + 3 * DAY) == NOW + 2 * DAY
    assert escalated_at(pending(), FACTS, NOW + 9 * DAY) == NOW + 4 * DAY
    faulty = FACTS.model_copy(update={"faults": (FileFault(sentence="rules/odd.yaml: is no YAML"),)})
    assert escalated_at(pending(), faulty, NOW + 9 * DAY) is None
    assert escalation_of(pending(), faulty, ()) == ()


def test_whoever_sees_a_request_sees_who_is_asked_next(house: House) -> None:
    """The requester as well: nobody's right depends on it."""
    name = unique_name()
    house.commit(rule("next", match={"names": [name]}, escalation=[{"after": "P2D", "role": "cpi_admin"}]))
    ticket_id = house.as_(PIERRE).create(target={"name": name, "version": "2.1.0"})["metadata"]["id"]
    for person in (PIERRE, JEAN):
        (step,) = house.as_(person).get(f"/{ticket_id}/permissions").json()["escalation"]
        assert (step["role"], step["group"], step["asked"]) == ("cpi_admin", None, None)
    assert house.as_(JEAN).get("/ruled", params={"id": [ticket_id]}).json() == []
    assert house.as_(JEAN).post(f"/{ticket_id}/approve", json={}).status_code == 200
    assert house.as_(JEAN).get(f"/{ticket_id}/permissions").json()["escalation"] == []
