"""The audit trail's entries as events of the Open Cybersecurity Schema Framework, for systems that watch.

https://schema.ocsf.io/1.8.0/classes/api_activity and …/classes/authentication
"""

from typing import Any

from domain.trail import AuditAction, AuditEntry, Outcome

VERSION = "1.8.0"
_AUTHENTICATION, _API_ACTIVITY = 3002, 6003
_LOGON, _LOGOFF = 1, 2
_CREATE, _READ, _UPDATE, _DELETE = 1, 2, 3, 4

_SESSIONS = {AuditAction.SIGN_IN: _LOGON, AuditAction.LOGOUT: _LOGOFF}
_ACTIVITIES = {
    AuditAction.CREATE: _CREATE,
    AuditAction.REPORT: _CREATE,
    AuditAction.LINK: _CREATE,
    AuditAction.READ: _READ,
    AuditAction.DECODE: _READ,
    AuditAction.DOWNLOAD: _READ,
    AuditAction.EXPORT: _READ,
    AuditAction.PURGE: _DELETE,
}
"""The activities of API Activity; whatever else is done updates something."""

_NAMES = {
    (_AUTHENTICATION, _LOGON): "Logon",
    (_AUTHENTICATION, _LOGOFF): "Logoff",
    (_API_ACTIVITY, _CREATE): "Create",
    (_API_ACTIVITY, _READ): "Read",
    (_API_ACTIVITY, _UPDATE): "Update",
    (_API_ACTIVITY, _DELETE): "Delete",
}
SEVERITY = {Outcome.DONE: 1, Outcome.REFUSED: 2, Outcome.FAILED: 3}
"""Informational, low, medium."""


def event(entry: AuditEntry, product: str) -> dict[str, Any]:
    """The entry as one event, ready for JSON; `product` is this release's version."""
    session = entry.action in _SESSIONS
    kind = _AUTHENTICATION if session else _API_ACTIVITY
    activity = _SESSIONS[entry.action] if session else _ACTIVITIES.get(entry.action, _UPDATE)
    found = {
        "class_uid": kind,
        "category_uid": kind // 1000,
        "activity_id": activity,
        "activity_name": _NAMES[kind, activity],
        "type_uid": kind * 100 + activity,
        "time": int(entry.at.timestamp() * 1000),
        "severity_id": SEVERITY[entry.outcome],
        "status_id": 1 if entry.outcome is Outcome.DONE else 2,
        "status": entry.outcome.value,
        "status_code": entry.kind,
        "status_detail": entry.detail,
        "message": _message(entry),
        "metadata": _metadata(entry, product),
        "unmapped": _unmapped(entry),
    }
    return _without_nothing(found | (_of_session(entry) if session else _of_call(entry)))


def _message(entry: AuditEntry) -> str:
    about = " ".join(each for each in (entry.action.value, entry.ticket, entry.outcome.value) if each)
    return f"{entry.by or 'somebody unknown'}: {about}"


def _metadata(entry: AuditEntry, product: str) -> dict[str, Any]:
    return {
        "version": VERSION,
        "uid": entry.id,
        "event_code": entry.action.value,
        "tenant_uid": entry.tenant,
        "log_name": "audit",
        "product": {"name": "Prodgate", "vendor_name": "Prodgate", "version": product},
    }


def _unmapped(entry: AuditEntry) -> dict[str, Any]:
    return {"via": entry.via.value, "rule": entry.rule, "leftOut": entry.left_out}


def _user(entry: AuditEntry) -> dict[str, Any]:
    return {"name": entry.by or "unknown", "full_name": entry.name, "uid": entry.subject}


def _endpoint(entry: AuditEntry) -> dict[str, Any]:
    return {"ip": entry.address} if entry.address else {"name": entry.via.value}


def _of_session(entry: AuditEntry) -> dict[str, Any]:
    return {"user": _user(entry), "service": {"name": "Prodgate"}, "src_endpoint": _endpoint(entry)}


def _of_call(entry: AuditEntry) -> dict[str, Any]:
    ticket = [{"type": "promotion request", "uid": entry.ticket}] if entry.ticket else None
    response = {"code": entry.status, "error": entry.kind} if entry.status else None
    return {
        "actor": {"user": _user(entry)},
        "api": {"operation": entry.call or entry.action.value, "service": {"name": "Prodgate"}, "response": response},
        "src_endpoint": _endpoint(entry),
        "resources": ticket,
    }


def _without_nothing(value: dict[str, Any]) -> dict[str, Any]:
    """The same without what has no value: OCSF knows no null."""
    kept = {key: _without_nothing(each) if isinstance(each, dict) else each for key, each in value.items()}
    return {key: each for key, each in kept.items() if each is not None and each != {}}
