"""Calls a webhook because a person asks for it: to try it, or to send an event again."""

import asyncio
from dataclasses import dataclass

from temporalio import activity
from temporalio.exceptions import ApplicationError

from clients.webhook.channel import NO_LONGER_NAMED, Webhooks
from domain import lifecycle
from domain.announcement import Announcement, event_of
from domain.webhooks import WebhookCall, WebhookResult
from record.errors import RecordError
from record.index.reader import Index
from record.people.directory import DirectoryReader

NO_SECRETS = "No secrets are set up: PRODGATE_WEBHOOK_SECRETS names their file"
NO_EVENT = "The tenant has no such event"


@dataclass
class WebhookActivities:
    """Reads the record, and posts; `webhooks` is None where no secrets are set up."""

    webhooks: Webhooks | None
    directory: DirectoryReader
    index: Index

    @activity.defn
    async def call_webhook(self, call: WebhookCall) -> WebhookResult:
        """Post once, whatever comes of it. Harmless twice: the second message has the first one's id."""
        if self.webhooks is None:
            return WebhookResult(delivered=False, failure=NO_SECRETS)
        try:
            tenant = (await asyncio.to_thread(self.directory.current)).tenants.get(call.tenant)
            said = await asyncio.to_thread(self._said, call)
        except RecordError as error:
            raise ApplicationError(str(error), type="RecordUnavailable") from error
        webhook = next((each for each in (tenant.webhooks if tenant else ()) if each.id == call.id), None)
        if webhook is None:
            return WebhookResult(delivered=False, failure=NO_LONGER_NAMED)
        if said is None:
            return WebhookResult(delivered=False, failure=NO_EVENT)
        return await self.webhooks.call(webhook, said, lambda: None)

    def _said(self, call: WebhookCall) -> Announcement | str | None:
        """The event, or the id of a test; None for an event that there is not. Blocks."""
        if call.ticket is None or call.number is None:
            return f"test.{activity.info().workflow_run_id}"
        ticket = self.index.get(call.ticket)
        if ticket is None or ticket.metadata.tenant != call.tenant or not 0 < call.number <= len(ticket.status.history):
            return None
        then = lifecycle.as_of(ticket, call.number)
        event = event_of(then)
        return event and Announcement(event=event, number=call.number, at=then.last.at, ticket=then)
