"""The README as tests read it: its walk-through, and its table of settings (`python -m tests.readme` writes that)."""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic_core import PydanticUndefined

from settings import Settings, variable, variables

README = Path(__file__).parent.parent / "README.md"
TABLE = re.compile(r"(?<=<!-- settings -->\n).*?(?=<!-- /settings -->)", re.DOTALL)
STEP = re.compile(r"<!-- walk-through -->\n```bash\n(.*?)```\n(?:```text\n(.*?)```\n)?", re.DOTALL)


@dataclass(frozen=True)
class Step:
    """Commands as printed, and what the README says that they print."""

    commands: str
    prints: str


def steps() -> list[Step]:
    """The walk-through."""
    return [Step(commands, prints) for commands, prints in STEP.findall(README.read_text(encoding="utf-8"))]


def settings_table() -> str:
    """Every variable with its default and its description."""
    rows = (f"| `{name}` | {default(name)} | {description} |" for name, description in variables().items())
    return "\n".join(["| variable | default | what it is |", "|---|---|---|", *rows, ""])


def default(name: str) -> str:
    """The default of a variable, as Markdown; nothing where there is none."""
    value = {variable(name): field.default for name, field in Settings.model_fields.items()}[name]
    if value is PydanticUndefined:
        return "must be set"
    if value in {None, ()}:
        return ""
    if isinstance(value, tuple):
        return f"`{' '.join(map(str, value))}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value.total_seconds():.0f}`" if isinstance(value, timedelta) else f"`{value}`"


if __name__ == "__main__":
    README.write_text(TABLE.sub(lambda _: settings_table(), README.read_text(encoding="utf-8")), encoding="utf-8")
