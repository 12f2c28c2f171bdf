"""Everything the simulated AWX keeps beside jobs, labels and templates: rows of each kind, roles, lists and tokens."""

import secrets
from collections import defaultdict
from datetime import datetime, timedelta

from demo.awx.http import Row
from demo.awx.kinds import ASKED_AT, KINDS, KINDS_OF_NOTICE, OPA, WEBHOOK
from demo.awx.model import ADMIN, PERSON, SERVICE_ID, SimulatorConfig, Template, now

DEFAULT_ORGANIZATION = 1
CALLBACK = 3
"""The notification template of a simulator that is started with a callback."""


class AwxDirectory:
    """In memory, with what an AWX has when it was just installed, and what the simulator is started with."""

    def __init__(self, config: SimulatorConfig) -> None:
        self.rows: dict[str, dict[int, Row]] = {kind: {} for kind in KINDS if KINDS[kind].fields}
        self.lists: defaultdict[tuple[str, int, str], list[int]] = defaultdict(list)
        self.tokens: dict[int, tuple[str, int]] = {}
        """The plain token and its user's id, by the token's id."""
        self.opa: Row = dict(OPA)
        self.updates: dict[int, tuple[int, datetime]] = {}
        """The project that an update is of, and the update's end, by the update's id."""
        self._roles: list[tuple[str, int, str]] = []
        self._holders: defaultdict[tuple[str, int, str], set[int]] = defaultdict(set)
        self._seed(config)

    def _seed(self, config: SimulatorConfig) -> None:
        self.add("organizations", {"name": "Default"}, DEFAULT_ORGANIZATION)
        self.add("inventories", {"name": "Prod", "organization": DEFAULT_ORGANIZATION}, 2)
        self.add("projects", {"name": "Playbooks", "organization": DEFAULT_ORGANIZATION}, 3)
        admin = {"username": ADMIN.name, "is_superuser": True, "password": config.admin_password}
        service = {"username": config.user, "is_superuser": config.superuser, "password": config.password}
        for number, user in ((ADMIN.id, admin), (SERVICE_ID, service), (PERSON.id, {"username": PERSON.name})):
            self.add("users", user, number)
        if config.token:
            self.tokens[0] = (config.token, SERVICE_ID)
        if config.policy:
            self.ask(config.policy, config.policy_token)
        if config.callback_url:
            self.add("notification_templates", _callback(config), CALLBACK)

    def adopt(self, template: Template) -> None:
        """Give the service what it needs to use a template that the simulator was given, and attach the callback."""
        self.grant(SERVICE_ID, "job_templates", template.id, "execute_role")
        if template.organization is not None:
            self.grant(SERVICE_ID, "organizations", template.organization, "member_role")
            self.grant(SERVICE_ID, "organizations", template.organization, "auditor_role")
        for kind in KINDS_OF_NOTICE if CALLBACK in self.rows["notification_templates"] else ():
            self.lists["job_templates", template.id, f"notification_templates_{kind}"] = [CALLBACK]

    def ask(self, address: str, token: str) -> None:
        """Switch the policy hook on, for every job of the first organisation and of its inventory."""
        host, _, port = address.rpartition(":")
        self.opa |= {"OPA_HOST": host, "OPA_PORT": int(port), "OPA_AUTH_TYPE": "Token", "OPA_AUTH_TOKEN": token}
        for kind, number in (("organizations", DEFAULT_ORGANIZATION), ("inventories", 2)):
            self.rows[kind][number]["opa_query_path"] = ASKED_AT

    # Rows

    def add(self, kind: str, fields: Row, number: int | None = None) -> int:
        """Keep a new row, with the kind's defaults for what is not given, and return its id."""
        made = number or max(self.rows[kind], default=0) + 1
        self.rows[kind][made] = KINDS[kind].fields | fields
        return made

    def new_token(self, user: int) -> tuple[int, str]:
        """A token of a user: its id, and the text that is shown this once."""
        made = max(self.tokens, default=0) + 1
        self.tokens[made] = (secrets.token_urlsafe(20), user)
        return made, self.tokens[made][0]

    # Roles

    def role(self, kind: str, number: int, name: str) -> int:
        """The id of a role on a row."""
        wanted = (kind, number, name)
        if wanted not in self._roles:
            self._roles.append(wanted)
        return self._roles.index(wanted) + 1

    def holders(self, role: int) -> set[int] | None:
        """The ids of the users who hold a role, to be changed in place; None where there is no such role."""
        return self._holders[self._roles[role - 1]] if 0 < role <= len(self._roles) else None

    def grant(self, user: int, kind: str, number: int, name: str) -> None:
        self._holders[kind, number, name].add(user)

    def holds(self, user: int, kind: str, number: int | None, names: tuple[str, ...]) -> bool:
        """Tells whether a user has one of the roles on a row, or is a superuser."""
        if self.rows["users"][user]["is_superuser"]:
            return True
        return number is not None and any(user in self._holders[kind, number, name] for name in names)

    # A project's clone

    def update_project(self, project: int, update: int, seconds: float) -> None:
        """Begin to fetch a project's playbooks."""
        self.updates[update] = (project, now() + timedelta(seconds=seconds))

    def last_update(self, project: int) -> int | None:
        """The id of a project's newest update."""
        return max((number for number, (of, _) in self.updates.items() if of == project), default=None)

    def updated(self, update: int) -> bool:
        """Tells whether an update has ended."""
        return self.updates[update][1] <= now()


def _callback(config: SimulatorConfig) -> Row:
    by_header = config.callback_secret and config.callback_auth == "header"
    by_password = config.callback_secret and config.callback_auth == "basic"
    told = {
        "url": config.callback_url,
        "http_method": config.callback_method,
        "headers": {"X-Prodgate-Secret": config.callback_secret} if by_header else {},
    }
    login = {"username": "awx", "password": config.callback_secret} if by_password else {}
    return {
        "name": "Prodgate",
        "organization": DEFAULT_ORGANIZATION,
        "notification_type": "webhook",
        "notification_configuration": WEBHOOK | told | login,
    }
