"""Knows the characters that the fonts within Typst's wheel can print; PDF/A allows no others in a file.

`glyphs.txt` is their ranges, in hex, as `python -m tests.glyphs` finds them by asking Typst for each.
"""

import re
import unicodedata
from functools import cache
from itertools import groupby
from pathlib import Path

from documents.showing import named


@cache
def unprintable() -> re.Pattern[str]:
    """Matches one character that no font has; a line's end is none."""
    ranges = (Path(__file__).parent / "glyphs.txt").read_text("ascii").split()
    known = "".join("-".join(f"\\U{int(end, 16):08x}" for end in each.split("-")) for each in ranges)
    return re.compile(f"[^\\n{known}]")


MOST_MARKS = 30
"""Marks in a row that are printed, as many as UAX 15 lets a text have; some ten thousand end Typst."""


def printable(text: str) -> str:
    """The text with each character that can't be printed shown by its number, and too many marks by how many."""
    shown = unprintable().sub(lambda found: named(found[0]), text.replace("\t", "    "))
    if shown.isascii():
        return shown
    return "".join(_bounded("".join(run)) if mark else "".join(run) for mark, run in groupby(shown, _is_mark))


def _is_mark(character: str) -> bool:
    return not character.isascii() and unicodedata.category(character).startswith("M")


def _bounded(marks: str) -> str:
    more = len(marks) - MOST_MARKS
    return marks if more <= 0 else f"{marks[:MOST_MARKS]}\u27e8+{more}\u27e9"
