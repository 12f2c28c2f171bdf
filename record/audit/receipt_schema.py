"""The JSON Schema of receipts, for whoever reads one with a program of their own."""

import json
from typing import Any

from record.audit.receipts import PromotionReceipt

_DIALECT = "https://json-schema.org/draft/2020-12/schema"

DESCRIBED: dict[str, dict[str, str]] = {
    "PromotionReceipt": {
        "format": "Always this.",
        "path": "Path of the promotion's file in the repository.",
        "checkpoint": "Checkpoint, a signed note (c2sp.org/tlog-checkpoint), whole as it was handed out.",
        "timeStamp": "Answer of a time-stamping authority on the checkpoint (RFC 3161), in base64, where it has one.",
        "acts": "Place of each act in the checkpoint's tree, in the order of the promotion's history.",
        "objects": "Raw Git objects by their ids: each is proven by its hash.",
    },
    "ActPlace": {
        "commit": "Commit of the branch that brought the act.",
        "index": "Number of the act in the tree, from 0.",
        "hashes": "Hashes that lead from the act to the checkpoint's root, its sibling first (RFC 6962, 2.1.1).",
    },
    "RawObject": {
        "type": "Kind of the object.",
        "data": "Content of the object without its header, in base64.",
    },
}
"""The sentences about each key, by model."""


def receipt_schema() -> dict[str, Any]:
    """The schema (draft 2020-12)."""
    made = PromotionReceipt.model_json_schema(by_alias=True)
    for name, model in {"PromotionReceipt": made, **made["$defs"]}.items():
        model.pop("title", None)
        for key, said in model["properties"].items():
            said.pop("title", None)
            said["description"] = DESCRIBED.get(name, {}).get(key, said.get("description", ""))
    made["required"] = sorted({*made["required"], "format"})
    return {"$schema": _DIALECT, "title": "A receipt of a promotion", **made}


def written() -> str:
    """The schema as a file."""
    return json.dumps(receipt_schema(), indent=2, ensure_ascii=False) + "\n"
