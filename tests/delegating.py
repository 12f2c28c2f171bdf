"""Delegations to test with: given, signed and committed as the gate does."""

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey

from domain.delegations import Delegation, DelegationAction, DelegationChange, DelegationClaims
from record.facts.delegations import DelegationReader, commit_delegation
from record.git.repository import open_repository
from record.signing.keys import KeyReader
from record.signing.signatures import sealed
from tests.record.building import git
from tests.signing import KEY


def delegation(giver: str, to: str, at: datetime, **fields: Any) -> Delegation:
    """A delegation from then on, for a week."""
    at = at.replace(microsecond=0)
    given = {"id": uuid.uuid4().hex, "created_at": at, "giver": giver, "to": to, "since": at}
    given |= {"until": at + timedelta(days=7), "reason": "On leave for a week"}
    return Delegation.model_validate(given | fields)


def claims_of(given: Delegation, **false: Any) -> DelegationClaims:
    """The claims that the API signs of it; `false` are claims that differ."""
    ended = given.withdrawn
    honest: dict[str, Any] = {"id": given.id, "content": given.digest, "sub": None, "tip": None}
    honest |= {"action": DelegationAction.WITHDRAWN if ended else DelegationAction.DELEGATED}
    honest |= {"email": ended.by if ended else given.giver, "at": ended.at if ended else given.created_at}
    return DelegationClaims.model_validate(honest | false)


def change_of(given: Delegation, key: OKPKey | None = None, **false: Any) -> tuple[DelegationChange, DelegationClaims]:
    """The change that carries it into the record, and what is signed of it."""
    claims = claims_of(given, **false)
    return DelegationChange(delegation=given, name="Somebody", proof=sealed(claims, key or KEY)), claims


def hand_over(path: Path, given: Delegation, key: OKPKey | None = None, **false: Any) -> str:
    """Commit the act, as a gate does that checks nothing but its form; the commit."""
    repository = open_repository(str(path), "main", path.parent)
    seen = {"tip": git(path, "rev-parse", "main")} | false
    change, claims = change_of(given, key, **seen)
    return commit_delegation(repository, DelegationReader(repository, KeyReader(repository)), change, claims)


def withdraw(path: Path, given: Delegation, by: str, at: datetime, **false: Any) -> Delegation:
    """Commit its withdrawal."""
    ended = given.ended_by(by, at.replace(microsecond=0))
    hand_over(path, ended, **false)
    return ended
