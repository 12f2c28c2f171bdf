"""The differ of contracts, which `make test` builds from locked sources, and documents to compare."""

import json
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).parents[1] / ".oasdiff" / "oasdiff"


def document(version: str = "1.0.0", *, limit: bool = False, refund: bool = True, **more: Any) -> bytes:
    """An API of payments; with `limit`, callers have to send one, and without `refund`, an operation is gone."""
    done = {"responses": {"200": {"description": "Done"}}}
    parameter = {"name": "limit", "in": "query", "required": True, "schema": {"type": "integer"}}
    paths: dict[str, Any] = {"/payments": {"get": {**done, "parameters": [parameter] if limit else []}}}
    if refund:
        paths["/refunds"] = {"post": done}
    return json.dumps(
        {"openapi": "3.0.3", "info": {"title": "Pay", "version": version}, "paths": paths} | more
    ).encode()
