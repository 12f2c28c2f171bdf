"""Gives validators what their process knows of the record; the composition root hands it to the worker."""

from temporalio import workflow

from domain.targets import TargetFacts
from domain.ticket import PromotionRequest

FACTS = "prodgate_target_facts"
"""The name of the function that the worker's interceptor gives to every workflow."""


def facts_of(ticket: PromotionRequest) -> TargetFacts:
    """The record's facts about the ticket's target; for validators alone, which no replay runs again."""
    with workflow.unsafe.imports_passed_through():
        found: TargetFacts = workflow.extern_functions()[FACTS](ticket)
    return found
