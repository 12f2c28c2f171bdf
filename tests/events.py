"""The documents of `docs/events/` as the code has them; `python -m tests.events` writes the schemas anew."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from clients.events import CloudEvent
from domain.ticket import PromotionRequest

EVENTS = Path(__file__).parent.parent / "docs" / "events"
SCHEMAS: dict[str, type[BaseModel]] = {
    "event.schema.json": CloudEvent,
    "promotion-request.schema.json": PromotionRequest,
}


def schema(name: str) -> dict[str, Any]:
    """One JSON Schema (draft 2020-12), of what is written; a reader must not refuse what a later version adds."""
    made = SCHEMAS[name].model_json_schema(mode="serialization", by_alias=True)
    for each in (made, *made["$defs"].values()):
        each.pop("additionalProperties", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def text(name: str) -> str:
    return json.dumps(schema(name), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for each in SCHEMAS:
        (EVENTS / each).write_text(text(each), encoding="utf-8")
