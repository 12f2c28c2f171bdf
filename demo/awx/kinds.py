"""The kinds of rows that AWX keeps beside jobs and templates: their fields, defaults, roles and lists."""

import re
from dataclasses import dataclass, field

from demo.awx.http import ApiError, Row

ENCRYPTED = "$encrypted$"
"""The text that is shown of a secret, and that keeps a secret as it is when it is sent back."""
WEBHOOK: Row = {
    "http_method": "POST",
    "disable_ssl_verification": False,
    **dict.fromkeys(("username", "password"), ""),
}
"""The fields that a webhook's configuration may leave out (webhook_backend.py); `url` and `headers` it may not."""
OPA: Row = {
    **dict.fromkeys(("OPA_HOST", "OPA_AUTH_TOKEN"), ""),
    "OPA_PORT": 8181,
    "OPA_SSL": False,
    "OPA_AUTH_TYPE": "None",
    "OPA_REQUEST_TIMEOUT": 1.5,
    "OPA_REQUEST_RETRIES": 2,
}
"""The settings of /settings/opa/ that are read here, with their defaults; an empty host switches it off."""
ASKED_AT = "prodgate/launch"
KINDS_OF_NOTICE = ("started", "success", "error")


@dataclass(frozen=True)
class ResourceKind:
    """One resource: `model` as error texts name it, `fields` with their defaults; `unique` together with the name."""

    model: str
    fields: Row
    identity: str = "name"
    unique: str | None = None
    roles: tuple[str, ...] = ()
    lists: dict[str, str] = field(default_factory=dict)
    """Sublists that rows can be put into, and of which kind those are."""

    @property
    def type(self) -> str:
        """The model as a row's `type` names it: `job_template`."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.model).lower()


_NAMED: Row = {"name": "", "description": ""}
_OWNED: Row = {**_NAMED, "organization": None}
_OF_INVENTORY: Row = {**_NAMED, "inventory": None, "variables": ""}
_SCM: Row = {"scm_type": "", "scm_url": "", "scm_branch": "", "scm_update_on_launch": False, "allow_override": False}
_ASKED: Row = {"opa_query_path": ""}
_PEOPLE = ("admin_role", "execute_role", "member_role", "auditor_role", "notification_admin_role", "read_role")

KINDS = {
    "organizations": ResourceKind("Organization", {**_NAMED, "max_hosts": 0, **_ASKED}, roles=_PEOPLE),
    "users": ResourceKind(
        "User",
        {**dict.fromkeys(("username", "email", "password"), ""), "is_superuser": False, "is_system_auditor": False},
        identity="username",
    ),
    "credentials": ResourceKind("Credential", {**_OWNED, "credential_type": None, "inputs": {}}, unique="organization"),
    "projects": ResourceKind("Project", {**_OWNED, **_SCM}, unique="organization"),
    "inventories": ResourceKind(
        "Inventory", {**_OWNED, "kind": "", "host_filter": None, "variables": "", **_ASKED}, unique="organization"
    ),
    "hosts": ResourceKind("Host", {**_OF_INVENTORY, "enabled": True}, unique="inventory"),
    "groups": ResourceKind("Group", _OF_INVENTORY, unique="inventory", lists={"hosts": "hosts"}),
    "notification_templates": ResourceKind(
        "NotificationTemplate",
        {**_OWNED, "notification_type": "", "notification_configuration": {}, "messages": None},
        unique="organization",
    ),
    "job_templates": ResourceKind(
        "JobTemplate",
        {},
        unique="organization",
        roles=("admin_role", "execute_role", "read_role"),
        lists={"credentials": "credentials"}
        | {f"notification_templates_{kind}": "notification_templates" for kind in KINDS_OF_NOTICE},
    ),
}
REFERENCES = {"organization": "organizations", "inventory": "inventories", "project": "projects"}


def taken(kind: ResourceKind, sent: Row) -> Row:
    """The fields of a body that AWX takes; null becomes an empty text or false, and other keys are dropped silently."""
    return {
        name: type(default)() if sent[name] is None and isinstance(default, str | bool) else sent[name]
        for name, default in kind.fields.items()
        if name in sent
    }


def configured(given: Row, had: Row) -> Row:
    """A webhook's configuration, its defaults filled in; ApiError 400 where something is missing."""
    missing = [name for name in ("url", "headers") if name not in given]
    if missing:
        raise ApiError(400, {"__all__": [f"Missing required fields for Notification Configuration: {missing}."]})
    kept = {"password": had.get("password", "")} if given.get("password") == ENCRYPTED else {}
    return WEBHOOK | given | kept


def shown(kind: str, row: Row) -> Row:
    """A row without its secrets."""
    match kind:
        case "users":
            return row | {"password": ENCRYPTED}
        case "notification_templates":
            told = row["notification_configuration"]
            return row | {"notification_configuration": told | ({"password": ENCRYPTED} if told["password"] else {})}
    return row
