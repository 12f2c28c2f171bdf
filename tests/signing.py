"""The key that gates in tests sign with, and the file by which a repository knows it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey

from record.keys import FOLDER
from record.signatures import PublicKey
from tests.record.building import person_commits

KEY = OKPKey.import_key(
    {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": "mWZdD3QKypNAw68cyV_KUzZBt57YWwQn3rcCL8Ddc5s",
        "d": "E74cvFbHRVpDek2vU97y4QijQ3WSyIG10LYf4idxrPY",
    }
)
"""The same in every process, and as old as any test's tickets."""


def key_file(key: OKPKey = KEY, **fields: Any) -> dict[str, str | None]:
    """The public half as a file of the record, by its path."""
    given = {"created": datetime(2020, 1, 1, tzinfo=UTC)} | fields
    public = PublicKey.model_validate({"kid": key.thumbprint(), "x": key.as_dict(private=False)["x"]} | given)
    return {f"{FOLDER}/{public.kid}.json": public.model_dump_json()}


def publish_key(repository: Path) -> None:
    """Make the repository know KEY."""
    person_commits(repository, key_file(), "Know the tests' key")
