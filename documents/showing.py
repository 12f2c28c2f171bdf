"""Shows values as people read them: times in a zone, durations, and characters that would hide what a text says."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

# Controls that nobody sees, and those that turn the order of what is read (Trojan Source, CVE-2021-42574).
_HIDING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")

NONE = "\u2013"
"""The dash where there is no value."""


def named(character: str) -> str:
    """The character by its number: `⟨U+202E⟩`."""
    return f"\u27e8U+{ord(character):04X}\u27e9"


def visible(text: str) -> str:
    """The text, with characters that hide or turn something shown by their numbers."""
    return _HIDING.sub(lambda found: named(found[0]), text.replace("\r\n", "\n"))


@dataclass(frozen=True)
class Clock:
    """Shows times in one zone, and durations in one language."""

    zone: ZoneInfo
    day_sign: str

    @classmethod
    def of(cls, name: str, language: str) -> Self:
        return cls(ZoneInfo(name), "j" if language == "fr" else "d")

    def at(self, moment: str) -> datetime:
        """The local time of a moment, without its zone, as calendars and workbooks have it."""
        return datetime.fromisoformat(moment).astimezone(self.zone).replace(tzinfo=None)

    def moment(self, value: str | None) -> str:
        """`2026-11-29 11:37:05`; a dash for none."""
        return f"{self.at(value):%Y-%m-%d %H:%M:%S}" if value else NONE

    def day(self, value: str | None) -> str:
        """`2026-11-29`; a dash for none."""
        return f"{self.at(value):%Y-%m-%d}" if value else NONE

    def duration(self, seconds: int | None) -> str:
        """`2 d 03 h`, `3 h 05 min`, `4 min 09 s` or `12 s`; a dash for none."""
        if seconds is None:
            return NONE
        minutes, rest = divmod(int(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        if days:
            return f"{days} {self.day_sign} {hours:02} h"
        if hours:
            return f"{hours} h {minutes:02} min"
        return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters that templates have besides Jinja2's."""
        return {"moment": self.moment, "day": self.day, "duration": self.duration}
