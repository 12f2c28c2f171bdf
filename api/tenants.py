"""The routes about a tenant: its webhooks, what they were not told, and a call to try one."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.dependencies import FromDirectory, FromEngine, FromRepository, FromTrail, needs
from api.engine import Engine
from api.entry import SignedInRoute
from api.errors import NotFound
from api.openapi import problems
from api.trail import audited
from domain import roles
from domain.announcement import Channel, Event
from domain.roles import Permission, Person
from domain.trail import AuditAction
from domain.values import Frozen, Moment, Tenant, TicketId
from domain.webhooks import WebhookCall, WebhookId, WebhookResult
from record.git.outbox import undelivered
from record.people.directory import DirectoryReader, TenantInfo
from record.trail.writing import Trail

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
class WebhookCalls:
    """Has the worker call webhooks, and notes who asked for it."""

    directory: DirectoryReader
    engine: Engine
    trail: Trail

    async def call(
        self, request: Request, caller: Person, tenant: str, webhook: str, event: Redelivery | None = None
    ) -> WebhookResult:
        """Call the webhook: with the event, or with a test. Raises NotAuthorized, NotFound."""
        if webhook not in {each.id for each in _looked_after(self.directory, caller, tenant).webhooks}:
            raise NotFound("No such webhook")
        again = event.model_dump() if event else {}
        found = await self.engine.call_webhook(WebhookCall(tenant=tenant, id=webhook, **again))
        said = f"change {event.number} again" if event else "a test"
        detail = f"webhook {webhook}, {said}: {found.failure or 'delivered'}"
        ticket = event.ticket if event else None
        self.trail.note(audited(request, AuditAction.CALL, tenant=tenant, ticket=ticket, detail=detail))
        return found


async def _calls(directory: FromDirectory, engine: FromEngine, trail: FromTrail) -> WebhookCalls:
    return WebhookCalls(directory, engine, trail)


FromCalls = Annotated[WebhookCalls, Depends(_calls)]


def _looked_after(directory: DirectoryReader, caller: Person, tenant: str) -> TenantInfo:
    """The tenant. Raises NotAuthorized, also where there is none: who may not ask is not told which there are."""
    tenants = directory.current().tenants
    if tenant not in tenants or not roles.holds(caller, Permission.WEBHOOKS, tenant):
        raise roles.lacking(Permission.WEBHOOKS, tenant, ())
    return tenants[tenant]


@router.get("", responses=_READ)
async def list_receivers(directory: FromDirectory, caller: LooksAfter, tenant: OfTenant) -> TenantWebhooks:
    """The webhooks that the tenant's file names, and what is wrong with entries that can't be used."""
    looked_after = _looked_after(directory, caller, tenant)
    shown = (
        TenantWebhook(id=each.id, url=each.url, secret_name=each.secret_name, events=each.events or ())
        for each in looked_after.webhooks
    )
    return TenantWebhooks(webhooks=tuple(shown), faults=tuple(map(str, looked_after.unusable)))


@router.get("/undelivered", responses=_READ)
async def list_undelivered_events(
    directory: FromDirectory, repository: FromRepository, caller: LooksAfter, tenant: OfTenant
) -> list[UndeliveredEvent]:
    """The events that webhooks of the tenant were not told: given up, or refused for good; newest first.

    The newest thousand of all tenants are kept.
    """
    _looked_after(directory, caller, tenant)
    kept = await run_in_threadpool(undelivered, repository, Channel.WEBHOOK)
    return [
        UndeliveredEvent(webhook=each.to, **each.model_dump(by_alias=False, exclude={"to", "tenant"}))
        for each in reversed(kept.letters)
        if each.tenant == tenant
    ]


@router.post("/{id}/test", responses=_CALLED)
async def send_test(
    request: Request, calls: FromCalls, caller: LooksAfter, tenant: OfTenant, webhook: OfWebhook
) -> WebhookResult:
    """Send a test to the webhook now: a signed message of type `webhook-test`; answers what came of it."""
    return await calls.call(request, caller, tenant, webhook)


@router.post("/{id}/redeliver", responses=_CALLED)
async def send_event(
    request: Request, calls: FromCalls, caller: LooksAfter, tenant: OfTenant, webhook: OfWebhook, body: Redelivery
) -> WebhookResult:
    """Send an event to the webhook again, now, with the id that it had; in no order with other events."""
    return await calls.call(request, caller, tenant, webhook, body)
