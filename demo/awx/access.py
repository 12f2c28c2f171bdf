"""Tells who asks the simulated AWX, and what they see and start (awx/main/access.py, as far as Prodgate needs it)."""

import base64
import binascii

from fastapi import Request

from demo.awx import http
from demo.awx.cluster import Cluster
from demo.awx.kinds import KINDS
from demo.awx.model import Template, User

SEES_ALL = ("admin_role", "auditor_role")
"""An organisation's roles that show everything in it."""


class Access:
    """Credentials and roles over one cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def caller(self, request: Request) -> User:
        """The caller; ApiError 401, or 403 for a read token that writes."""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        number = {"Bearer": self._by_token, "Basic": self._by_password}.get(scheme, lambda _: None)(given)
        if number is None:
            raise http.unauthenticated(basic=scheme == "Basic")
        if self._cluster.faults.credential == "read-scope" and request.method != "GET":
            raise http.FORBIDDEN_ERROR
        return User(id=number, name=self._cluster.directory.rows["users"][number]["username"])

    def _by_token(self, given: str) -> int | None:
        if self._cluster.faults.credential == "expired":
            return None
        return next((user for token, user in self._cluster.directory.tokens.values() if token == given), None)

    def _by_password(self, given: str) -> int | None:
        try:
            name, _, password = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        users = self._cluster.directory.rows["users"].items()
        return next(
            (n for n, row in users if password and (row["username"], row["password"]) == (name, password)), None
        )

    def superuser(self, user: User) -> bool:
        return bool(self._cluster.directory.rows["users"][user.id]["is_superuser"])

    def sees(self, user: User, kind: str, number: int, organization: int | None) -> bool:
        """Tells whether a row is shown: through a role on it, or on the organisation that it belongs to."""
        directory = self._cluster.directory
        by_organization = (*SEES_ALL, "notification_admin_role") if kind == "notification_templates" else SEES_ALL
        return (
            directory.holds(user.id, kind, number, KINDS[kind].roles)
            or directory.holds(user.id, "organizations", organization, by_organization)
            or (kind, number) == ("users", user.id)
        )

    def sees_template(self, user: User, template: Template) -> bool:
        """Tells whether a template is shown, and so its jobs."""
        if template.deleted and not self.superuser(user):
            return False
        return self.sees(user, "job_templates", template.id, template.organization)

    def may_start(self, user: User, template: Template) -> bool:
        directory, roles = self._cluster.directory, ("admin_role", "execute_role")
        return template.may_start and (
            directory.holds(user.id, "job_templates", template.id, roles)
            or directory.holds(user.id, "organizations", template.organization, roles)
        )

    def may_label(self, user: User, organization: int) -> bool:
        """Labels are made by an organisation's members."""
        return self._cluster.directory.holds(user.id, "organizations", organization, ("admin_role", "member_role"))

    def template(self, user: User, number: int) -> Template:
        """A template: ApiError 404 where there is none, 403 where the user may not see it."""
        template = self._cluster.templates.get(number)
        if template is None or template.deleted:
            raise http.not_found("JobTemplate")
        if not (template.may_view and self.sees_template(user, template)):
            raise http.FORBIDDEN_ERROR
        return template
