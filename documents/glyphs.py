"""Knows the characters that the fonts within Typst's wheel can print; PDF/A allows no others in a file.

`glyphs.txt` is their ranges, in hex, as `python -m tests.glyphs` finds them by asking Typst for each.
"""

import re
from functools import cache
from pathlib import Path

from documents.showing import named


@cache
def unprintable() -> re.Pattern[str]:
    """Matches one character that no font has; a line's end is none."""
    ranges = (Path(__file__).parent / "glyphs.txt").read_text("ascii").split()
    known = "".join("-".join(f"\\U{int(end, 16):08x}" for end in each.split("-")) for each in ranges)
    return re.compile(f"[^\\n{known}]")


def printable(text: str) -> str:
    """The text with each character that can't be printed shown by its number."""
    return unprintable().sub(lambda found: named(found[0]), text.replace("\t", "    "))
