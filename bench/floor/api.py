"""The floor's API: `python -m bench.floor.api TEMPORAL PORT`."""

import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

from bench.floor.workflow import QUEUE, FloorPromotion, Ticket


def create_app(temporal: str) -> FastAPI:
    """The three routes: create, approve, and the job's callback."""

    @asynccontextmanager
    async def connected(app: FastAPI) -> AsyncIterator[None]:
        app.state.temporal = await Client.connect(temporal)
        yield

    app = FastAPI(lifespan=connected)

    @app.get("/")
    async def ready() -> None:
        """Answer once it serves."""

    @app.post("/requests", status_code=201)
    async def create(asked: dict[str, Any], request: Request) -> Ticket:
        ticket = Ticket(f"FL-{uuid.uuid4().hex[:12]}", asked, [])
        client: Client = request.app.state.temporal
        start = WithStartWorkflowOperation(
            FloorPromotion.run,
            ticket,
            id=ticket.id,
            task_queue=QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        )
        return await client.execute_update_with_start_workflow(FloorPromotion.create, start_workflow_operation=start)

    @app.post("/requests/{ticket_id}/approve")
    async def approve(ticket_id: str, request: Request) -> Ticket:
        handle = request.app.state.temporal.get_workflow_handle_for(FloorPromotion.run, ticket_id)
        approved: Ticket = await handle.execute_update(FloorPromotion.approve, "jean.dupont@cab-i.com")
        return approved

    @app.post("/callback/{ticket_id}")
    async def job_ended(ticket_id: str, request: Request) -> None:
        handle = request.app.state.temporal.get_workflow_handle_for(FloorPromotion.run, ticket_id)
        await handle.signal(FloorPromotion.job_ended)

    return app


if __name__ == "__main__":
    uvicorn.run(create_app(sys.argv[1]), port=int(sys.argv[2]), log_level="warning", access_log=False)
