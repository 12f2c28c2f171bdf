"""Every kind of entry is an event that the published schema takes."""

from functools import cache
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema  # type: ignore[import-untyped]

from domain.ocsf import VERSION, event
from domain.trail import AuditAction, AuditEntry, Outcome, Via
from record.trail.entries import new_entry
from tests.record.trail.trails import entry

CLASSES = {3002: "authentication", 6003: "api_activity"}


@cache
def validator(class_uid: int) -> Any:
    """Takes the events of a class as the framework publishes it, by the library that makes JSON Schema of that.

    The schema itself is checked once: that takes a hundred times as long as an event.
    """
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(VERSION)).get_class_schema(CLASSES[class_uid])
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def checked(of: AuditEntry) -> dict[str, Any]:
    found = event(of, "0.2.0")
    validator(found["class_uid"]).validate(found)
    return found


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("action", AuditAction)
def test_every_entry_fits_the_published_schema(action: AuditAction, outcome: Outcome) -> None:
    """With everything that it can have, and with the least."""
    full: dict[str, Any] = {
        "name": "Jean",
        "subject": "s-1",
        "tenant": "tenant-finance",
        "ticket": "PR-2026-0001",
        "status": 403,
    }
    full |= {"kind": "not-authorized", "rule": "NotAuthorized", "call": "POST /v1/x", "detail": "no", "left_out": 3}
    checked(entry(action=action, outcome=outcome, address="203.0.113.7", **full))
    checked(new_entry(action, outcome=outcome, via=Via.GIT))


def test_an_event_tells_who_did_what_to_which_request_from_where() -> None:
    """Sign-ins and logouts are sessions, everything else calls of the API."""
    found = checked(entry(ticket="PR-2026-0001", outcome=Outcome.REFUSED, kind="self-approval", address="203.0.113.7"))
    assert (found["type_uid"], found["severity_id"], found["status_id"]) == (600303, 2, 2)
    assert found["actor"] == {"user": {"name": "jean.dupont@cab-i.com"}}
    assert found["src_endpoint"] == {"ip": "203.0.113.7"}
    assert found["resources"] == [{"type": "promotion request", "uid": "PR-2026-0001"}]
    assert found["status_code"] == "self-approval"
    assert [checked(entry(action=each))["type_uid"] for each in (AuditAction.SIGN_IN, AuditAction.LOGOUT)] == [
        300201,
        300202,
    ]


def test_what_people_typed_is_text() -> None:
    """Whatever it is; nothing has a null."""
    found = checked(entry(detail='"}\n<1>1 \u202e\x00 ' + "W" * 5_000, name="Ève"))
    assert found["status_detail"].startswith('"}\n<1>1')
    assert "None" not in str(found)
