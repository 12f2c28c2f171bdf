"""The routes about a tenant: its webhooks, what they were not told, and a call to try one."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.dependencies import Served, needs
from api.entry import SignedInRoute
from api.errors import NotFound
from api.openapi import problems
from api.services import Services
from api.trail import audited
from domain import roles
from domain.announcement import Channel, Event
from domain.roles import Permission, Person
from domain.trail import AuditAction
from domain.values import Frozen, Moment, Tenant, TicketId
from domain.webhooks import Webhook, WebhookCall, WebhookId, WebhookResult
from record.git.outbox import undelivered

router = APIRouter(prefix="/v1/tenants/{tenant}/webhooks", tags=["webhooks"], route_class=SignedInRoute)

_READ = problems(
    _401="No acceptable token",
    _403="The caller looks after no webhooks of this tenant",
    _422="A parameter is refused; `errors` names it",
    _429="Too many requests; `Retry-After` says when to go on",
    _431="The headers are too large",
    _503="The identity provider or the Git record can't be reached now",
)
_CALLED = {
    **_READ,
    **problems(_404="The tenant has no such webhook, or no such event", _413="The body is larger than 256 KB"),
}

LooksAfter = Annotated[Person, needs(Permission.WEBHOOKS)]
OfTenant = Annotated[Tenant, Path(alias="tenant")]
OfWebhook = Annotated[WebhookId, Path(alias="id")]


class TenantWebhook(Frozen):
    """A webhook as the tenant's file describes it; `events` is empty where it is told of all."""

    id: WebhookId
    url: str
    secret_name: str
    events: tuple[Event, ...]


class TenantWebhooks(Frozen):
    """The webhooks of a tenant, and a sentence for each entry of its file that is told nothing as it is."""

    webhooks: tuple[TenantWebhook, ...]
    faults: tuple[str, ...]


class UndeliveredEvent(Frozen):
    """An event that a webhook was not told, and will not be; `number` is that of the change, counted from 1."""

    ticket: TicketId
    event: Event
    number: int
    at: Moment
    webhook: WebhookId
    why: str
    given_up: Moment


class Redelivery(Frozen):
    """The event to send again: a request, and the number of its change, counted from 1."""

    ticket: TicketId
    number: Annotated[int, Field(ge=1, le=1_000_000)]


@dataclass(frozen=True)
class _Tenant:
    """A tenant whose webhooks the caller looks after."""

    services: Services
    name: str

    def webhooks(self) -> tuple[Webhook, ...]:
        return self.services.directory.current().tenants[self.name].webhooks

    async def call(self, request: Request, webhook: str, event: Redelivery | None = None) -> WebhookResult:
        if webhook not in {each.id for each in self.webhooks()}:
            raise NotFound("No such webhook")
        again = event.model_dump() if event else {}
        found = await self.services.engine.call_webhook(WebhookCall(tenant=self.name, id=webhook, **again))
        said = f"change {event.number} again" if event else "a test"
        detail = f"webhook {webhook}, {said}: {found.failure or 'delivered'}"
        ticket = event.ticket if event else None
        self.services.trail.note(audited(request, AuditAction.CALL, tenant=self.name, ticket=ticket, detail=detail))
        return found


def _looked_after(services: Services, caller: Person, tenant: str) -> _Tenant:
    """The tenant. Raises NotAuthorized, also where there is none: who may not ask is not told which there are."""
    directory = services.directory.current()
    if tenant not in directory.tenants or not roles.holds(caller, Permission.WEBHOOKS, tenant):
        raise roles.lacking(Permission.WEBHOOKS, tenant, ())
    return _Tenant(services, tenant)


@router.get("", responses=_READ)
async def list_receivers(services: Served, caller: LooksAfter, tenant: OfTenant) -> TenantWebhooks:
    """The webhooks that the tenant's file names, and what is wrong with entries that can't be used."""
    found = _looked_after(services, caller, tenant).webhooks()
    faults = services.directory.current().tenants[tenant].unusable
    shown = (
        TenantWebhook(id=each.id, url=each.url, secret_name=each.secret_name, events=each.events or ())
        for each in found
    )
    return TenantWebhooks(webhooks=tuple(shown), faults=tuple(map(str, faults)))


@router.get("/undelivered", responses=_READ)
async def list_undelivered_events(services: Served, caller: LooksAfter, tenant: OfTenant) -> list[UndeliveredEvent]:
    """The events that webhooks of the tenant were not told: given up, or refused for good; newest first.

    The newest thousand of all tenants are kept.
    """
    _looked_after(services, caller, tenant)
    kept = await run_in_threadpool(undelivered, services.repository, Channel.WEBHOOK)
    return [
        UndeliveredEvent(webhook=each.to, **each.model_dump(by_alias=False, exclude={"to", "tenant"}))
        for each in reversed(kept.letters)
        if each.tenant == tenant
    ]


@router.post("/{id}/test", responses=_CALLED)
async def send_test(
    request: Request, services: Served, caller: LooksAfter, tenant: OfTenant, webhook: OfWebhook
) -> WebhookResult:
    """Send a test to the webhook now: a signed message of type `webhook-test`; answers what came of it."""
    return await _looked_after(services, caller, tenant).call(request, webhook)


@router.post("/{id}/redeliver", responses=_CALLED)
async def send_event(
    request: Request, services: Served, caller: LooksAfter, tenant: OfTenant, webhook: OfWebhook, body: Redelivery
) -> WebhookResult:
    """Send an event to the webhook again, now, with the id that it had; in no order with other events."""
    return await _looked_after(services, caller, tenant).call(request, webhook, body)
