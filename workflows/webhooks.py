"""A call of a webhook that a person asks for, because the API itself calls nobody."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.webhooks import WebhookActivities
    from domain.webhooks import WebhookCall, WebhookResult
    from workflows import options


def call_of(call: WebhookCall) -> str:
    """The workflow's id. One runs at a time for a webhook and an event: who asks again meanwhile gets its answer."""
    said = "test" if call.ticket is None else f"{call.ticket}/{call.number}"
    return f"webhooks/{call.tenant}/{call.id}/{said}"


@workflow.defn
class CallWebhook:
    """Ends with the receiver's answer."""

    @workflow.run
    async def run(self, call: WebhookCall) -> WebhookResult:
        """Call, and tell what came of it."""
        return await workflow.execute_activity_method(
            WebhookActivities.call_webhook, call, **options.calling(f"calls a webhook of {call.tenant}")
        )
