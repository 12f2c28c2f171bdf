"""Finds the characters that the fonts in Typst's wheel print: `python -m tests.glyphs` writes documents/glyphs.txt.

To run after an upgrade of Typst; takes ten minutes. Scripts of ten thousands of signs, of which no font here has one,
are left out.
"""

import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import typst

from documents.pdf import escaped

FILE = Path(__file__).parents[1] / "documents" / "glyphs.txt"
_AT = datetime(2026, 1, 1, tzinfo=UTC)
_NOT_TEXT = {"Cn", "Cs", "Co", "Cc"}
_LEFT_OUT = ((0x3400, 0x9FFF), (0xAC00, 0xD7A3), (0x12000, 0x14FFF), (0x16800, 0x18FFF), (0x1B000, 0x1B2FF))


def prints(characters: Iterable[str]) -> bool:
    """Tells whether PDF/A can have all of these characters."""
    lines = "\n\n".join(f'#"{escaped(each)}"' for each in characters)
    source = f'#set document(title: "Glyphs")\n#set text(font: "Libertinus Serif")\n{lines}'
    try:
        typst.compile(source.encode(), ignore_system_fonts=True, pdf_standards=["a-3a", "ua-1"], timestamp=_AT)
    except typst.TypstError:
        return False
    return True


def found(characters: Sequence[str]) -> Iterator[str]:
    """Those of the characters that can be printed."""
    if prints(characters):
        yield from characters
    elif len(characters) > 1:
        middle = len(characters) // 2
        yield from found(characters[:middle])
        yield from found(characters[middle:])


def _candidates() -> Iterator[str]:
    for number in range(0x20, 0x20000):
        left_out = any(first <= number <= last for first, last in _LEFT_OUT)
        if not left_out and unicodedata.category(chr(number)) not in _NOT_TEXT:
            yield chr(number)


def _ranges(characters: Iterable[str]) -> Iterator[str]:
    start = end = -1
    for number in [*map(ord, characters), -1]:
        if start >= 0 and number != end + 1:
            yield f"{start:X}-{end:X}" if end > start else f"{start:X}"
            start = -1
        start, end = (number if start < 0 else start), number


def main() -> None:
    candidates = list(_candidates())
    chunks = (candidates[start : start + 32] for start in range(0, len(candidates), 32))
    ranges = _ranges(each for chunk in chunks for each in found(chunk))
    FILE.write_text("\n".join(textwrap.wrap(" ".join(ranges), 110, break_on_hyphens=False)) + "\n", "ascii")


if __name__ == "__main__":
    main()
