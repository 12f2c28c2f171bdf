"""Documents in an object store, named by their content."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from clients.letters import one_line
from clients.store.sealing import DocumentSealer
from domain.storage import LARGEST_DOCUMENT, DocumentDamaged, DocumentGone, StorageDown

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig  # shapes that exist for type checkers alone

_DOCUMENTS = "documents/"
"""The beginning of every document's path."""

_AT_MOST = timedelta(seconds=30)
"""For one request; a slow one of a large document takes seconds."""

_CHECKED_WITHIN = 3.0
"""Seconds for a look whether the store is there: somebody waits for what a process says of itself."""


@dataclass(frozen=True)
class StoredObject:
    """An object of the store: its path, its bytes, and when it was put there."""

    path: str
    size: int
    at: datetime


@dataclass
class ObjectDocuments:
    """Documents at a URL: `file:///…` for a folder, `s3://…`, `gs://…` or `az://…`.

    Credentials and endpoint come from the environment, by the names that the store's makers gave them (`AWS_…`,
    `GOOGLE_…`, `AZURE_…`), or from the machine's role.
    """

    url: str
    sealer: DocumentSealer
    _store: ObjectStore | None = field(default=None, repr=False)

    async def put(self, tenant: str, content: bytes) -> str:
        """Keep the content; its name. Raises StorageDown.

        What is there already is put anew: that mends what is damaged, and shows that it is not forgotten.
        """
        name = hashlib.sha256(content).hexdigest()
        kept = await self.sealer.seal(tenant, name, content)
        with self._failures() as store:
            await obstore.put_async(store, path_of(tenant, name), kept)
        return name

    async def get(self, tenant: str, name: str) -> bytes:
        """The content of that name. Raises DocumentGone, DocumentDamaged, StorageDown."""
        try:
            with self._failures() as store:
                found = await obstore.get_async(store, path_of(tenant, name))
                if found.meta["size"] > 2 * LARGEST_DOCUMENT:
                    raise DocumentDamaged
                kept = bytes(await found.bytes_async())
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                raise StorageDown(f"{_shown(self.url)} is no bucket") from error
            raise DocumentGone from error
        content = await self.sealer.open(tenant, name, kept)
        if hashlib.sha256(content).hexdigest() != name:
            raise DocumentDamaged
        return content

    async def check(self) -> None:
        """Look for a document that there is none of. Raises StorageDown."""
        try:
            async with asyncio.timeout(_CHECKED_WITHIN):
                with self._failures() as store:
                    await obstore.head_async(store, path_of("none", "none"))
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                raise StorageDown(f"{_shown(self.url)} is no bucket") from error
        except TimeoutError as error:
            raise StorageDown(f"{_shown(self.url)} did not answer within {_CHECKED_WITHIN:g} s") from error

    async def listed(self) -> AsyncIterator[StoredObject]:
        """Each document, a thousand at a time. Raises StorageDown."""
        with self._failures() as store:
            async for some in obstore.list(store, _DOCUMENTS, chunk_size=1_000):
                for each in some:
                    yield StoredObject(each["path"], each["size"], each["last_modified"])

    async def remove(self, path: str) -> None:
        """Remove the object; one that is gone already is no fault. Raises StorageDown."""
        try:
            with self._failures() as store:
                await obstore.delete_async(store, path)
        except FileNotFoundError:
            return

    @contextmanager
    def _failures(self) -> Iterator[ObjectStore]:
        """The store; what it answers about an object passes, everything else is a store that is down."""
        try:
            if (folder := _folder_of(self.url)) and not folder.is_dir():
                raise StorageDown(f"{folder} is no folder; is it mounted?")  # nothing must be written beside a share
            self._store = self._store or _opened(self.url)
            yield self._store
        except FileNotFoundError:
            raise
        except (BaseError, OSError, ValueError) as error:
            raise StorageDown(f"{_shown(self.url)} can't be reached: {one_line(str(error))[:300]}") from error


def path_of(tenant: str, name: str) -> str:
    """The path of a document."""
    return f"{_DOCUMENTS}{tenant}/{name}"


def _folder_of(url: str) -> Path | None:
    """The folder of a `file:` URL; None of any other."""
    return Path(unquote(urlsplit(url).path)) if url.startswith("file:") else None


def _opened(url: str) -> ObjectStore:
    """The client; no connection is made yet."""
    if folder := _folder_of(url):
        return LocalStore(folder)
    client: ClientConfig = {"timeout": _AT_MOST, "allow_http": True}  # where the operators' own endpoint is one
    again: RetryConfig = {"max_retries": 1, "retry_timeout": _AT_MOST}
    if url.startswith("s3:"):  # objects are removed one by one, which every server of the protocol knows
        return from_url(url, config={"disable_bulk_delete": True}, client_options=client, retry_config=again)
    return from_url(url, client_options=client, retry_config=again)


def _shown(url: str) -> str:
    """The URL without what may be a secret in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
