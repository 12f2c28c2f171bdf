"""Documents in a folder and in S3: named by their content, sealed for their tenant, refused where they are not it."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from bootstrap.documents import FileKeyWrapper
from clients.store.documents import ObjectDocuments, path_of
from clients.store.sealing import MAGIC, DocumentSealer
from domain.storage import DocumentDamaged, DocumentGone, StorageDown
from engine.codec import PayloadKeys, rotate
from tests.s3.server import KEY_ID, SECRET, S3Server

CONTENT = b"%PDF-1.7 what finance deployed in October"
NAME = hashlib.sha256(CONTENT).hexdigest()
A, B = "tenant-finance", "tenant-retail"
CLEAR = DocumentSealer(None)


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    server = S3Server(tmp_path_factory.mktemp("s3"))
    server.start()
    yield server
    server.stop()


def way_in(monkeypatch: pytest.MonkeyPatch, server: S3Server, secret: str = SECRET) -> None:
    """The environment that leads to the server, as operators set it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.port}")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)


@pytest.fixture(params=["folder", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store that holds nothing yet."""
    if request.param == "folder":
        (tmp_path / "docu ments").mkdir()
        return (tmp_path / "docu ments").as_uri()
    server: S3Server = request.getfixturevalue("s3")
    bucket = f"documents-{uuid4()}"
    server.bucket(bucket)
    way_in(monkeypatch, server)
    return f"s3://{bucket}/prodgate"


def keys(folder: Path, name: str = "keys.json") -> DocumentSealer:
    """A sealer with a new key of its own."""
    rotate(folder / name, datetime.now(UTC), timedelta())
    return DocumentSealer(FileKeyWrapper(PayloadKeys(folder / name)))


async def kept(store: ObjectDocuments) -> list[str]:
    return [each.path async for each in store.listed()]


async def test_a_document_is_named_by_its_content_and_is_there_once(url: str) -> None:
    """However often it is put: an activity that runs twice leaves one."""
    store = ObjectDocuments(url, CLEAR)
    await store.check()
    assert [await store.put(A, CONTENT) for _ in range(2)] == [NAME, NAME]
    assert await kept(store) == [f"documents/{A}/{NAME}"]
    assert await store.get(A, NAME) == CONTENT


async def test_what_was_removed_is_gone_and_may_be_removed_again(url: str) -> None:
    """Two purges at once do not disturb each other."""
    store = ObjectDocuments(url, CLEAR)
    await store.put(A, CONTENT)
    for _ in range(2):
        await store.remove(path_of(A, NAME))
    with pytest.raises(DocumentGone):
        await store.get(A, NAME)


async def test_content_that_was_changed_in_the_store_is_refused_and_mended_by_putting_it_anew(url: str) -> None:
    """Its name says what it has to be."""
    store = ObjectDocuments(url, CLEAR)
    other = await store.put(A, b"another")
    raw = ObjectDocuments(url, _Fixed(b"another"))
    await raw.put(A, CONTENT)
    with pytest.raises(DocumentDamaged):
        await store.get(A, NAME)
    await store.put(A, CONTENT)
    assert (await store.get(A, NAME), await store.get(A, other)) == (CONTENT, b"another")


class _Fixed(DocumentSealer):
    """Somebody with the store's credential, who writes what they like under the name."""

    def __init__(self, content: bytes) -> None:
        super().__init__(None)
        object.__setattr__(self, "content", content)

    async def seal(self, tenant: str, name: str, content: bytes) -> bytes:
        found: bytes = self.content  # type: ignore[attr-defined]
        return found


async def test_a_sealed_document_is_unreadable_in_the_store_and_opens_with_the_file_s_keys(
    url: str, tmp_path: Path
) -> None:
    """Also after the keys were rotated; what was kept in clear before there were keys is read as it is."""
    store = ObjectDocuments(url, keys(tmp_path))
    clear = await ObjectDocuments(url, CLEAR).put(A, b"from before")
    assert await store.put(A, CONTENT) == NAME
    keys(tmp_path)
    later = ObjectDocuments(url, DocumentSealer(FileKeyWrapper(PayloadKeys(tmp_path / "keys.json"))))
    assert (await later.get(A, NAME), await later.get(A, clear)) == (CONTENT, b"from before")
    raw = await _raw(url, A, NAME)
    assert raw.startswith(MAGIC)
    assert CONTENT not in raw


async def test_a_sealed_document_opens_for_no_other_tenant_under_no_other_name_and_with_no_other_key(
    url: str, tmp_path: Path
) -> None:
    """Whoever copies it in the store gains nothing by it."""
    store = ObjectDocuments(url, keys(tmp_path))
    await store.put(A, CONTENT)
    raw = await _raw(url, A, NAME)
    copy, other = ObjectDocuments(url, _Fixed(raw)), b"other"
    await copy.put(B, CONTENT)
    await copy.put(A, other)
    for tenant, name in ((B, NAME), (A, hashlib.sha256(other).hexdigest())):
        with pytest.raises(DocumentDamaged):
            await store.get(tenant, name)
    with pytest.raises(DocumentDamaged, match="not known here"):
        await ObjectDocuments(url, keys(tmp_path, "others.json")).get(A, NAME)
    with pytest.raises(DocumentDamaged, match="no keys"):
        await ObjectDocuments(url, CLEAR).get(A, NAME)


@pytest.mark.parametrize("cut", [len(MAGIC), len(MAGIC) + 1, len(MAGIC) + 40, -1])
async def test_half_a_sealed_document_is_damaged(url: str, tmp_path: Path, cut: int) -> None:
    """Wherever it ends."""
    store = ObjectDocuments(url, keys(tmp_path))
    await store.put(A, CONTENT)
    await ObjectDocuments(url, _Fixed((await _raw(url, A, NAME))[:cut])).put(A, CONTENT)
    with pytest.raises(DocumentDamaged):
        await store.get(A, NAME)


async def _raw(url: str, tenant: str, name: str) -> bytes:
    """The object as it is kept."""
    import obstore

    store = ObjectDocuments(url, CLEAR)
    with store._failures() as opened:
        return bytes((await obstore.get_async(opened, path_of(tenant, name))).bytes())


async def test_a_folder_that_is_gone_is_down_and_used_again_once_it_is_back(tmp_path: Path) -> None:
    """A share that is not mounted must not be written beside."""
    store = ObjectDocuments((tmp_path / "share").as_uri(), CLEAR)
    with pytest.raises(StorageDown):
        await store.put(A, CONTENT)
    (tmp_path / "share").mkdir()
    assert await store.put(A, CONTENT) == NAME
    (tmp_path / "share").rename(tmp_path / "away")
    for call in (store.put(A, CONTENT), store.get(A, NAME), store.check()):
        with pytest.raises(StorageDown, match="is it mounted"):
            await call
    (tmp_path / "away").rename(tmp_path / "share")
    assert await store.get(A, NAME) == CONTENT


async def test_a_server_that_is_away_is_down_and_used_again_once_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same store object: nobody starts a process anew for it."""
    server = S3Server(tmp_path)
    server.start()
    try:
        server.bucket("reports")
        way_in(monkeypatch, server)
        store = ObjectDocuments("s3://reports", CLEAR)
        await store.put(A, CONTENT)
        server.stop()
        for call in (store.check(), store.get(A, NAME), store.put(A, CONTENT), store.remove(path_of(A, NAME))):
            with pytest.raises(StorageDown, match="s3://reports can't be reached"):
                await call
        server.start()
        assert await store.get(A, NAME) == CONTENT
    finally:
        server.stop()


async def test_a_wrong_secret_and_a_bucket_that_is_missing_are_a_store_that_is_down(
    s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a document that is gone."""
    s3.bucket("there")
    way_in(monkeypatch, s3, secret="wrong")
    with pytest.raises(StorageDown):
        await ObjectDocuments("s3://there", CLEAR).get(A, NAME)
    way_in(monkeypatch, s3)
    with pytest.raises(StorageDown):
        await ObjectDocuments("s3://not-there", CLEAR).get(A, NAME)
