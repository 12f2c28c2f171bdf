"""Votes handed over on stage, and given."""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio.client import WorkflowUpdateFailedError

from domain.decision import DecisionAction
from domain.delegations import Delegation
from domain.roles import Person, Role
from domain.ticket import PromotionRequest
from tests.delegating import delegation, hand_over
from tests.domain.builders import FINANCE, JEAN, person
from tests.workflows.stage import Promoted, Stage, refused

APPROVE = DecisionAction.APPROVE
VICTOR = person("victor.roux@cab-i.com", Role.VIEWER, FINANCE)
"""Of the demo's company, as the others are."""


async def handed(stage: Stage, giver: Person = JEAN, to: Person = VICTOR, **fields: Any) -> Delegation:
    """The giver's vote, handed over a minute ago."""
    now = await stage.now() - timedelta(minutes=1)
    given = delegation(giver.email, to.email, now, **fields)
    hand_over(stage.git, given, sub=giver.subject)
    return given


async def votes(
    stage: Stage, promoted: Promoted, by: Person = VICTOR, giver: Person = JEAN, action: DecisionAction = APPROVE
) -> PromotionRequest:
    """The vote for the giver, offered again as the API does while the worker has not read the delegation yet."""
    for _ in range(60):
        try:
            return await stage.decide(promoted, action, by, on_behalf_of=giver.email)
        except WorkflowUpdateFailedError as error:
            if refused(error)[0] != "NotDelegated":
                raise
            failed = error
            await asyncio.sleep(0.05)
    raise failed
