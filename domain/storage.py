"""The storage of documents as everybody sees it: what it does, and what it can answer besides."""

from typing import Annotated, Protocol

from pydantic import StringConstraints

from domain.errors import RuleViolation
from domain.values import Tenant

Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
"""A document's name: the SHA-256 of its content, in hex."""

LARGEST_DOCUMENT = 64 * 1024 * 1024
"""Bytes of a document: it is read whole before anything of it is handed out."""


class StorageDown(Exception):
    """The store can't be reached, or takes nothing now; `str()` says why. The same may be asked again."""


class DocumentGone(RuleViolation):
    sentence = "The file is no longer kept; have the report made again"


class DocumentDamaged(RuleViolation):
    sentence = "The stored file is not the one that was made: have the report made again"


class DocumentStorage(Protocol):
    """Keeps documents by their content. Every method raises StorageDown."""

    async def put(self, tenant: Tenant, content: bytes) -> Sha256:
        """Keep the content, once however often it is given; its name."""

    async def get(self, tenant: Tenant, name: Sha256) -> bytes:
        """The content of that name. Raises DocumentGone, DocumentDamaged."""

    async def check(self) -> None:
        """Ask the store for something that needs no document."""
