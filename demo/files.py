"""Files that exist whole or not at all, however suddenly the demo ends."""

from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Put the text into the file, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
