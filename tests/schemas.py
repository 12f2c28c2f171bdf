"""The JSON Schemas of rules and receipts as the code has them; `python -m tests.schemas` writes them anew."""

from pathlib import Path

from demo.company import FILES
from record.audit import receipt_schema
from record.people.rules_schema import written

ROOT = Path(__file__).parent.parent
PLACES = (ROOT / "docs" / "schemas" / "rules.schema.json", FILES / "schemas" / "rules.schema.json")
"""The schema of a rule, in the documentation and in the demo's record."""

RECEIPT = ROOT / "docs" / "schemas" / "receipt.schema.json"
"""The schema of a receipt."""

if __name__ == "__main__":
    for each in PLACES:
        each.parent.mkdir(exist_ok=True)
        each.write_text(written(), encoding="utf-8")
    RECEIPT.write_text(receipt_schema.written(), encoding="utf-8")
