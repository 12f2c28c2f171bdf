"""Delegations by the command line: handed over, listed, used and ended, against a running API."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.api.house import CLAIRE, EMMA, JEAN, PIERRE, VICTOR, House, unique_name
from tests.bootstrap.people.conftest import prodgate
from tests.bootstrap.people.test_acts import SignIn, Told, acts, asked, told
from tests.bootstrap.people.test_requests import GIVEN
from tests.rules import rule

__all__ = ["told"]

DAY = timedelta(days=1)
WHY = ("--reason", "On leave until Friday")


def at(after: timedelta) -> str:
    return (datetime.now(UTC) + after).strftime("%Y-%m-%dT%H:%M:%SZ")


def number(said: str) -> str:
    """The delegation's, as the command says it."""
    found = re.search(r"undelegate\s+([0-9a-f]{32})", said)
    assert found, said
    return found[1]


def test_a_vote_is_handed_over_used_and_taken_back(told: Told) -> None:
    """Both see it; the delegate approves `--for` the giver, and nothing when it has ended."""
    until = at(2 * DAY)
    given = number(told(CLAIRE, "delegate", EMMA, "--until", until, *WHY, "--tenant", "tenant-finance"))
    for email in (CLAIRE, EMMA):
        said = " ".join(told(email, "delegations").split())
        assert f"{given} The vote of Claire Moreau is Emma Leroy's from" in said
        assert f"until {until}, for tenant-finance" in said
    assert given not in told(VICTOR, "delegations")
    one, other = (asked(told, unique_name()) for _ in range(2))
    assert "Emma Leroy <emma.leroy@cab-i.com> for Claire Moreau" in _could_approve(told)
    told(EMMA, "approve", one, "--yes", "--production", "", "--for", CLAIRE)
    assert acts(told, one)[1] == ("approved", EMMA)
    ended = " ".join(told(EMMA, "undelegate", given).split())
    assert "The vote of Claire Moreau was Emma Leroy's from" in ended
    assert f"withdrawn by {EMMA}" in ended
    told(EMMA, "approve", other, "--yes", "--production", "", "--for", CLAIRE, code=1)
    assert "No vote is handed over" in told(EMMA, "delegations")
    listed = json.loads(told(EMMA, "delegations", "--ended", "--json"))
    assert [each["withdrawnBy"] for each in listed if each["id"] == given] == [EMMA]


def test_one_that_begins_later_is_announced_and_ended_before(told: Told) -> None:
    """With `--json`, the API's answer itself."""
    made = json.loads(told(JEAN, "delegate", VICTOR, "--since", at(DAY), "--until", at(2 * DAY), *WHY, "--json"))
    assert (made["state"], made["to"]["email"], made["tenants"]) == ("coming", VICTOR, None)
    assert "The vote of Jean Dupont will be Victor Roux's" in " ".join(told(VICTOR, "delegations").split())
    ended = json.loads(told(JEAN, "undelegate", made["id"], "--json"))
    assert (ended["state"], ended["withdrawnBy"]) == ("ended", JEAN)


def test_what_is_refused_has_a_code_and_a_sentence(
    signed_in: SignIn, told: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of who has no vote, of too long a time, of what there is not, and of what has ended."""
    for email, code, sentence, *command in (
        (PIERRE, 3, "vote", "delegate", JEAN, "--until", at(DAY), *WHY),
        (JEAN, 2, "30 days", "delegate", VICTOR, "--until", at(40 * DAY), *WHY),
        (JEAN, 2, "reason", "delegate", VICTOR, "--until", at(DAY), "--reason", "Away"),
        (JEAN, 2, "--until", "delegate", VICTOR, *WHY),
        (JEAN, 1, "No such delegation", "undelegate", "0" * 32),
    ):
        signed_in(email)
        capsys.readouterr()
        assert prodgate(*command) == code, (command, capsys.readouterr())
        assert sentence in capsys.readouterr().err
    given = number(told(JEAN, "delegate", VICTOR, "--until", at(DAY), *WHY))
    told(JEAN, "undelegate", given)
    told(JEAN, "undelegate", given, code=1)


def test_a_request_says_whom_rules_ask_while_nobody_decides(house: House, told: Told) -> None:
    """And from when on; nothing once it is decided."""
    name = unique_name()
    steps = [{"after": "P2D", "role": "cpi_admin"}, {"after": "P4D", "role": "viewer"}]
    house.commit(rule(name, match={"names": [name]}, escalation=steps))
    request = asked(told, name)
    shown = " ".join(told(JEAN, "show", request).split())
    assert re.search(r"Escalation cpi_admin from 20[0-9T:Z-]+ on; viewer from 20[0-9T:Z-]+ on", shown), shown
    told(JEAN, "reject", request, "--yes", "--reason", "Not before the audit")
    assert "Escalation" not in told(JEAN, "show", request)


def _could_approve(told: Told) -> str:
    """The words of a try of Pierre's."""
    options = ("--name", unique_name(), "--version", "2.1.0", "--tenant", "tenant-finance", "--check")
    return " ".join(told(PIERRE, "create", *options, *GIVEN).split())
