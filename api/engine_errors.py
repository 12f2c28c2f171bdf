"""Says the engine's failures in words of the API: a broken rule, or an engine that does not answer."""

from collections.abc import Awaitable
from typing import TypeVar

from temporalio.client import (
    WorkflowFailureError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from domain import errors
from domain.formats import NewerMessage

T = TypeVar("T")


class EngineUnavailable(Exception):
    """The engine does not answer; whether it took the message is not known."""


class NotRunning(Exception):
    """The engine runs no such promotion: it has ended, or never was."""


class NumberTaken(Exception):
    """The submission's number belongs to another ticket."""


async def translated(call: Awaitable[T]) -> T:
    """The call's answer, its failures in our own words."""
    try:
        return await call
    except WorkflowUpdateFailedError as error:
        raise refusal_of(error) from error
    except WorkflowUpdateRPCTimeoutOrCancelledError as error:
        raise EngineUnavailable from error
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise NotRunning from error
        raise EngineUnavailable from error


def refusal_of(failed: WorkflowUpdateFailedError | WorkflowFailureError) -> Exception:
    """The error in a failure: a broken rule, a number that was given before, or a fault of the engine."""
    cause: BaseException | None = failed.cause
    if isinstance(cause, ActivityError):
        cause = cause.cause
    if isinstance(cause, ApplicationError) and cause.type:
        if cause.type == "TicketExists":
            return NumberTaken(cause.message)
        params = cause.details[0] if cause.details and isinstance(cause.details[0], dict) else {}
        if violation := errors.from_name(cause.type, cause.message, params):
            return violation
    return _newer(cause) or EngineUnavailable(f"it failed: {cause}")


def _newer(cause: BaseException | None) -> Exception | None:
    """The refusal of a message that the worker is too old to read: the SDK puts it below an error of its own."""
    while cause is not None:
        if isinstance(cause, ApplicationError) and cause.type == NewerMessage.__name__:
            return errors.NewerFormat(cause.message)
        cause = cause.__cause__
    return None
