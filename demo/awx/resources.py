"""The rows beside jobs over REST, for the modules of `awx.awx` that set AWX up: lists, rows, roles, tokens."""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError

from demo.awx import http
from demo.awx.access import Access
from demo.awx.bodies import template_body
from demo.awx.cluster import Cluster
from demo.awx.http import ApiError, Row, json_body, page, select
from demo.awx.kinds import ENCRYPTED, KINDS, OPA, REFERENCES, configured, shown, taken
from demo.awx.model import Template, User, checked_out

Route = tuple[str, str, Callable[..., Awaitable[Any]]]

_NOT_OF_AWX = {"id", "organization", "extra_vars", "survey", "labels", "may_start", "may_view", "notifies", "deleted"}
TEMPLATE_FIELDS = frozenset(Template.model_fields) - _NOT_OF_AWX
"""The fields that a caller may set of a template. Its organisation is its project's."""
LISTED_TEMPLATE_FIELDS = frozenset(["id", "name", "description", "organization", "project", "inventory", "playbook"])
PLAYBOOKS = ("deploy.yml",)
"""The playbooks that are found in every project's repository once it was fetched."""
FETCHED_ANEW = frozenset({"scm_type", "scm_url", "scm_branch"})


class Resources:
    """Routes under `{prefix}v2/`. Everybody reads what their roles show; only superusers write."""

    def __init__(self, cluster: Cluster, access: Access) -> None:
        self._cluster = cluster
        self._access = access

    def routes(self) -> list[Route]:
        """Method, path and endpoint of each route."""
        found: list[Route] = [
            ("POST", "/tokens/", self.make_token),
            ("DELETE", "/tokens/{number}/", self.drop_token),
            ("GET", "/project_updates/{number}/", self.project_update),
            ("GET", "/roles/{number}/users/", self.holders),
            ("POST", "/roles/{number}/users/", self.grant),
            ("GET", "/settings/opa/", self.opa),
            ("PATCH", "/settings/opa/", self.change_opa),
        ]
        for kind in KINDS:
            found += [
                ("GET", f"/{kind}/", partial(self.rows, kind)),
                ("POST", f"/{kind}/", partial(self.create, kind)),
                ("GET", f"/{kind}/{{number}}/", partial(self.row, kind)),
                ("PATCH", f"/{kind}/{{number}}/", partial(self.change, kind)),
            ]
            for name in KINDS[kind].lists:
                found.append(("GET", f"/{kind}/{{number}}/{name}/", partial(self.listed, kind, name)))
                found.append(("POST", f"/{kind}/{{number}}/{name}/", partial(self.enlist, kind, name)))
        return found

    # Reading

    async def rows(self, kind: str, request: Request) -> Row:
        user = self._access.caller(request)
        numbers = self._cluster.templates if kind == "job_templates" else self._cluster.directory.rows[kind]
        return self._page(kind, numbers, user, request)

    async def row(self, kind: str, number: int, request: Request) -> Row:
        user = self._access.caller(request)
        self._require(kind, number, user)
        return self._body(kind, number, user)

    async def listed(self, kind: str, name: str, number: int, request: Request) -> Row:
        """Lists what was put into a row's list, as far as the caller may see it."""
        user = self._access.caller(request)
        self._require(kind, number, user)
        other = KINDS[kind].lists[name]
        put = self._cluster.directory.lists[kind, number, name]
        if kind == "job_templates" and not self._cluster.templates[number].notifies:
            put = []
        return self._page(other, put, user, request)

    async def holders(self, number: int, request: Request) -> Row:
        user = self._access.caller(request)
        held = self._cluster.directory.holders(number)
        if held is None:
            raise http.not_found("Role")
        return self._page("users", held, user, request)

    async def project_update(self, number: int, request: Request) -> Row:
        user, updates = self._access.caller(request), self._cluster.directory.updates
        if number not in updates or not self._visible("projects", updates[number][0], user):
            raise http.not_found("ProjectUpdate")
        return self._update(number) | {"project": updates[number][0]}

    def _page(self, kind: str, numbers: Iterable[int], user: User, request: Request) -> Row:
        """One page of those rows that the caller may see and asks for."""
        seen = [self._body(kind, number, user) for number in numbers if self._visible(kind, number, user)]
        known = LISTED_TEMPLATE_FIELDS if kind == "job_templates" else frozenset(["id", *KINDS[kind].fields])
        return page(select(seen, request.query_params, KINDS[kind].model, known), request)

    def _visible(self, kind: str, number: int, user: User) -> bool:
        if kind == "job_templates":
            template = self._cluster.templates[number]
            return template.may_view and not template.deleted and self._access.sees_template(user, template)
        return self._access.sees(user, kind, number, self._cluster.directory.rows[kind][number].get("organization"))

    def _require(self, kind: str, number: int, user: User) -> None:
        """ApiError 404 where there is no such row, 403 where the caller may not see it."""
        if kind == "job_templates":
            self._access.template(user, number)
        elif number not in self._cluster.directory.rows[kind]:
            raise http.not_found(KINDS[kind].model)
        elif not self._visible(kind, number, user):
            raise http.FORBIDDEN_ERROR

    def _body(self, kind: str, number: int, user: User) -> Row:
        """A row as it is shown, its roles with it, which the modules look for in summary_fields."""
        directory, prefix = self._cluster.directory, self._cluster.config.prefix
        more: Row = {"object_roles": {role: {"id": directory.role(kind, number, role)} for role in KINDS[kind].roles}}
        if kind == "job_templates":
            template = self._cluster.templates[number]
            body = template_body(template, prefix)
            start = self._access.may_start(user, template)
            more["user_capabilities"] = {"edit": self._access.superuser(user), "start": start}
        else:
            body = shown(kind, directory.rows[kind][number])
            body |= {"id": number, "type": KINDS[kind].type, "url": f"{prefix}v2/{kind}/{number}/", "related": {}}
        if organization := directory.rows["organizations"].get(body.get("organization", 0)):
            more["organization"] = {"id": body["organization"], "name": organization["name"]}
        if kind == "projects":
            self._add_update(number, body, more)
        return body | {"summary_fields": body.get("summary_fields", {}) | more}

    def _add_update(self, project: int, body: Row, more: Row) -> None:
        update = self._cluster.directory.last_update(project)
        if update is None:
            body |= {"status": "never updated" if body["scm_type"] else "ok", "scm_revision": ""}
            return
        told = self._update(update)
        more["last_update" if told["finished"] else "current_update"] = told
        body |= {"status": told["status"], "scm_revision": checked_out(body["scm_branch"]) if told["finished"] else ""}

    def _update(self, number: int) -> Row:
        done = self._cluster.directory.updated(number)
        status = "successful" if done else "running"
        return {"id": number, "type": "project_update", "status": status, "failed": False, "finished": done or None}

    # Writing

    def _writer(self, request: Request) -> User:
        user = self._access.caller(request)
        if not self._access.superuser(user):
            raise http.FORBIDDEN_ERROR
        return user

    async def opa(self, request: Request) -> Row:
        """The settings of the policy hook, which superusers see; its token is not shown."""
        self._writer(request)
        token = ENCRYPTED if self._cluster.directory.opa["OPA_AUTH_TOKEN"] else ""
        return self._cluster.directory.opa | {"OPA_AUTH_TOKEN": token}

    async def change_opa(self, request: Request) -> Row:
        self._writer(request)
        sent = await json_body(request)
        if sent.get("OPA_AUTH_TOKEN") == ENCRYPTED:
            del sent["OPA_AUTH_TOKEN"]
        self._cluster.directory.opa |= {name: value for name, value in sent.items() if name in OPA}
        return await self.opa(request)

    async def create(self, kind: str, request: Request) -> Response:
        user, sent = self._writer(request), await json_body(request)
        if not sent.get(KINDS[kind].identity):
            raise ApiError(400, {KINDS[kind].identity: ["This field is required."]})
        if kind == "job_templates":
            number = self._create_template(sent)
        else:
            fields = self._checked(kind, KINDS[kind].fields, sent)
            number = self._cluster.directory.add(kind, fields)
            self._fetch(kind, number, fields)
        return JSONResponse(self._body(kind, number, user), 201)

    async def change(self, kind: str, number: int, request: Request) -> Row:
        user, sent = self._writer(request), await json_body(request)
        self._require(kind, number, user)
        if kind == "job_templates":
            self._keep_template(self._cluster.templates[number].model_dump(), sent)
        else:
            had = self._cluster.directory.rows[kind][number]
            fields = self._checked(kind, had, sent, number)
            changed = {name: value for name, value in fields.items() if had[name] != value}
            had |= changed
            self._fetch(kind, number, changed)
        return self._body(kind, number, user)

    def _checked(self, kind: str, had: Row, sent: Row, number: int = 0) -> Row:
        """The fields to keep; ApiError 400 for a name that is in use and for references to nothing."""
        fields, rules = taken(KINDS[kind], sent), KINDS[kind]
        self._check_references(fields)
        wanted = [(had | fields)[name] for name in (rules.identity, rules.unique) if name]
        for other, row in self._cluster.directory.rows[kind].items():
            if other != number and wanted == [row[name] for name in (rules.identity, rules.unique) if name]:
                together = ", ".join(name for name in (rules.identity, rules.unique) if name)
                raise ApiError(400, {"__all__": [f"{rules.model} with this ({together}) combination already exists."]})
        if "notification_configuration" in fields:
            given, before = fields["notification_configuration"], had["notification_configuration"]
            fields["notification_configuration"] = configured(given, before)
        return fields

    def _check_references(self, fields: Row) -> None:
        for name, kind in REFERENCES.items():
            if fields.get(name) is not None and fields[name] not in self._cluster.directory.rows[kind]:
                raise ApiError(400, {name: [f'Invalid pk "{fields[name]}" - object does not exist.']})

    def _fetch(self, kind: str, number: int, changed: Row) -> None:
        """Let a project fetch its repository once that is another one."""
        if (
            kind == "projects"
            and self._cluster.directory.rows[kind][number]["scm_type"]
            and FETCHED_ANEW & set(changed)
        ):
            update = self._cluster.store.next_id("job")
            self._cluster.directory.update_project(number, update, self._cluster.config.pace.running)

    def _create_template(self, sent: Row) -> int:
        number = max(self._cluster.templates, default=0) + 1
        empty = {"id": number, "project": None, "inventory": None, "playbook": ""}
        empty |= {name: False for name in TEMPLATE_FIELDS if name.startswith("ask_")}
        self._keep_template(Template(name=sent["name"], **empty).model_dump(), sent)
        return number

    def _keep_template(self, had: Row, sent: Row) -> None:
        """Put a template in place; ApiError 400 for a playbook that its project does not hold (yet)."""
        fields = had | {name: value for name, value in sent.items() if name in TEMPLATE_FIELDS}
        self._check_references({name: fields[name] for name in ("project", "inventory")})
        if fields["project"] is None:
            raise ApiError(400, {"project": ["This field is required."]})
        project = self._cluster.directory.rows["projects"][fields["project"]]
        update = self._cluster.directory.last_update(fields["project"])
        fetched = update is not None and self._cluster.directory.updated(update)
        if project["scm_type"] and (fields["playbook"] not in PLAYBOOKS or not fetched):
            raise ApiError(400, {"playbook": ["Playbook not found for project."]})
        try:
            made = Template.model_validate(fields | {"organization": project["organization"]})
        except ValidationError as error:
            raise ApiError(400, {str(fault["loc"][0]): [fault["msg"]] for fault in error.errors()}) from error
        self._cluster.templates[made.id] = made

    async def enlist(self, kind: str, name: str, number: int, request: Request) -> Response:
        """Put a row into a list, or take it out where `disassociate` is sent."""
        user, sent = self._writer(request), await json_body(request)
        self._require(kind, number, user)
        self._require(KINDS[kind].lists[name], sent.get("id", 0), user)
        put = self._cluster.directory.lists[kind, number, name]
        self._cluster.directory.lists[kind, number, name] = [n for n in put if n != sent["id"]]
        if not sent.get("disassociate"):
            self._cluster.directory.lists[kind, number, name].append(sent["id"])
        return Response(status_code=204)

    async def grant(self, number: int, request: Request) -> Response:
        """Give a user a role, or take it away where `disassociate` is sent."""
        user, sent = self._writer(request), await json_body(request)
        held = self._cluster.directory.holders(number)
        if held is None:
            raise http.not_found("Role")
        self._require("users", sent.get("id", 0), user)
        held.discard(sent["id"])
        if not sent.get("disassociate"):
            held.add(sent["id"])
        return Response(status_code=204)

    async def make_token(self, request: Request) -> Response:
        user, sent = self._access.caller(request), await json_body(request)
        number, token = self._cluster.directory.new_token(user.id)
        told = {"id": number, "type": "o_auth2_access_token", "user": user.id, "scope": sent.get("scope", "write")}
        return JSONResponse(told | {"token": token}, 201)

    async def drop_token(self, number: int, request: Request) -> Response:
        user, tokens = self._access.caller(request), self._cluster.directory.tokens
        if number not in tokens or tokens[number][1] != user.id:
            raise http.not_found("OAuth2AccessToken")
        del tokens[number]
        return Response(status_code=204)
