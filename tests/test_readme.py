"""The README's tables tell what there is."""

import re

from fastapi.routing import APIRoute

from api import (
    audit,
    browsers,
    bulk,
    calendar,
    console,
    delegations,
    emergencies,
    events,
    health,
    insights,
    passkeys,
    places,
    preferences,
    record,
    reports,
    requests,
    rules,
    sessions,
    slack,
    templates,
    tenants,
    webhooks,
)
from domain.decision import DecisionAction
from domain.roles import GRANTED, OWN, Permission, Role
from tests.readme import README, TABLE, settings_table, steps

TEXT = README.read_text(encoding="utf-8")


def test_every_setting_is_in_the_table_and_nothing_else() -> None:
    """`python -m tests.readme` writes the table anew."""
    assert TABLE.findall(TEXT) == [settings_table()]


def test_every_call_is_in_the_table_and_nothing_else() -> None:
    """Method and path, as the routes have them."""
    modules = (
        requests,
        bulk,
        delegations,
        emergencies,
        insights,
        console,
        places,
        preferences,
        events,
        audit,
        browsers,
        passkeys,
        calendar,
        record,
        rules,
        reports,
        tenants,
        templates,
        webhooks,
        sessions,
        slack,
        health,
    )
    routes = [route for module in modules for route in module.router.routes]
    served = {
        f"{method} {route.path}" for route in routes if isinstance(route, APIRoute) for method in route.methods or ()
    }
    assert set(re.findall(r"^\| `([A-Z]+ /\S*)` \|", TEXT, re.MULTILINE)) == served


def test_the_table_of_roles_says_what_the_rules_say() -> None:
    """A 'no' is a permission that the role has on no ticket; each decision has one column, that of its right."""
    part = TEXT.split("## Who may do what")[1]
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", part, re.MULTILINE)[: len(Role)]
    columns = [Permission(name) for name in ("create", "approve", "approve", "approve", "reject", "cancel", "retry")]
    columns += [Permission.SEE, Permission.AUDIT, Permission.REPORT, Permission.TEMPLATES, Permission.OPERATE]
    heads = re.findall(r"^\| role \|(.*)\|$", part, re.MULTILINE)[0].split("|")
    for action in DecisionAction:
        named = [right for head, right in zip(heads, columns, strict=True) if action in re.findall(r"\w+", head)]
        assert named == [action.permission], action
    assert all((Permission.REPORT in allowed) is (Permission.WEBHOOKS in allowed) for allowed in GRANTED.values())
    for name, cells in rows:
        role = Role(name)
        allowed = GRANTED[role] | (OWN if role is not Role.VIEWER else frozenset())
        said = {column for column, cell in zip(columns, cells.split("|"), strict=True) if cell.strip() != "no"}
        assert said == allowed - {Permission.WEBHOOKS}, name
    assert {name for name, _ in rows} == set(Role)


def test_there_is_a_walk_through() -> None:
    """The end-to-end test would pass on an empty one."""
    assert len(steps()) == 5
    assert "approve" in "".join(step.commands for step in steps())
