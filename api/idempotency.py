"""Handles Idempotency-Keys: each is its person's own, and the same key asks for the same ticket."""

import hashlib

from api.engine import Answer
from api.errors import KeyReused
from api.models import CreatePromotionRequest
from domain import targets
from domain.roles import Person
from domain.values import same_name


def key_of(person: Person, idempotency_key: str) -> str:
    """A key is its person's own: nobody can learn of a ticket by guessing what somebody else sent."""
    return hashlib.sha256(f"{person.subject}\n{person.email}\n{idempotency_key}".encode()).hexdigest()


def same(answer: Answer, tenant: str, body: CreatePromotionRequest) -> Answer:
    """The answer, where its ticket is what was asked for. Raises KeyReused where the key was another request's."""
    spec, tenants = answer.ticket.spec, (tenant, answer.ticket.metadata.tenant)
    # The target's owners may have raised the impact since.
    raised = {"impact_assessment": targets.at_least(body.request.impact_assessment, spec.request.impact_assessment)}
    asked = body.request.model_copy(update=raised)
    alike = same_name(body.target.name) == same_name(spec.target.name)  # the catalogue may spell it otherwise
    target = body.target.model_copy(update={"name": spec.target.name}) if alike else body.target
    said = (target, asked, body.pre_checks)
    if tenants[0] != tenants[1] or said != (spec.target, spec.request, spec.pre_checks):
        raise KeyReused
    return answer
