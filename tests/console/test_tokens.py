"""The page of tokens says what there is."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
TOKENS = (ROOT / "console" / "src" / "tokens.css").read_text()
PAGE = (ROOT / "docs" / "design" / "tokens.md").read_text()


def test_every_token_is_documented() -> None:
    """Each colour, radius, font and time, and each property that a host may set; and no other."""
    for family in ("color", "radius", "font", "duration", "prodgate"):
        named = rf"--{family}(?:-[a-z]+)+\b" if family != "prodgate" else r"--prodgate-[a-z-]+[a-z]"
        assert set(re.findall(named, PAGE)) == set(re.findall(named, TOKENS)), family


def test_no_other_file_names_a_colour() -> None:
    """A colour that is none of the tokens would stay what it is in another theme and in another console."""
    colour = re.compile(r"#[0-9a-f]{6}\b|\brgba?\(|\bhsl\(")
    found = [
        file
        for file in (ROOT / "console" / "src").rglob("*.*")
        if file.suffix in {".ts", ".tsx", ".css"} and file.name not in {"tokens.css", "schema.d.ts"}
        if colour.search(file.read_text())
    ]
    assert not found
