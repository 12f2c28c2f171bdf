"""The order of two versions, by SemVer 2.0, and the word for it where it can be told."""

import re
from enum import StrEnum

_IDENTIFIER = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_FORM = re.compile(
    r"[vV]?(?P<numbers>[0-9]{1,18}(?:\.[0-9]{1,18}){0,5})"
    rf"(?:-(?P<pre>{_IDENTIFIER}(?:\.{_IDENTIFIER})*))?(?:\+[0-9A-Za-z.-]+)?"
)
"""SemVer, with a `v` before it and with fewer or more numbers than three, as people write it."""


class Direction(StrEnum):
    """The direction of a version, seen from another: `first` is from nothing, `unknown` where nobody can tell."""

    FIRST = "first"
    NEWER = "newer"
    OLDER = "older"
    SAME = "same"
    UNKNOWN = "unknown"


class VersionStep(StrEnum):
    """The size of a step forward: by the third number or less, by the second, or any other.

    Of a version that begins with 0, anything may change with the second number (SemVer 2.0, section 4).
    """

    PATCH = "patch"
    MINOR = "minor"
    ANY = "any"


_Rank = tuple[tuple[int, ...], tuple[tuple[int, int, str], ...]]


def direction(before: str | None, now: str) -> Direction:
    """The direction from the version before, None for nothing, to the one now."""
    if before is None:
        return Direction.FIRST
    if before == now:
        return Direction.SAME
    ranks = _rank(before), _rank(now)
    if ranks[0] is None or ranks[1] is None:
        return Direction.UNKNOWN
    if ranks[0] == ranks[1]:
        return Direction.SAME
    return Direction.NEWER if ranks[0] < ranks[1] else Direction.OLDER


def step(before: str, now: str) -> VersionStep | None:
    """The size of the step from the version before to the one now; None for one that is no step forward.

    One that nobody can order is any.
    """
    found = direction(before, now)
    if found is Direction.UNKNOWN:
        return VersionStep.ANY
    if found is not Direction.NEWER:
        return None
    (major, minor), (major_now, minor_now) = _first_two(before), _first_two(now)
    if major != major_now:
        return VersionStep.ANY
    if minor != minor_now:
        return VersionStep.MINOR if major else VersionStep.ANY
    return VersionStep.PATCH


def same(one: str, other: str) -> bool:
    """Tells whether two versions are one, however they are written."""
    return direction(one, other) is Direction.SAME


def identity(version: str) -> object:
    """The value that versions which are one have in common, and no others."""
    return _rank(version) or version


def _first_two(version: str) -> tuple[int, int]:
    rank = _rank(version)
    numbers = (*rank[0], 0, 0) if rank else (0, 0)
    return numbers[0], numbers[1]


def _rank(version: str) -> _Rank | None:
    """The rank that orders versions (SemVer 2.0, section 11); None for what is no version, such as a commit's id.

    A number alone is a date, a build or a release: it says nothing beside one with dots.
    """
    found = _FORM.fullmatch(version)
    if found is None or "." not in found["numbers"]:
        return None
    numbers = [int(each) for each in found["numbers"].split(".")]
    if found["pre"] and found["pre"][0].isdigit() and len(numbers) != 3:
        return None  # outside SemVer 2.1-1 is as often a revision, which comes after 2.1
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers), tuple(map(_identifier, found["pre"].split("."))) if found["pre"] else (_RELEASE,)


_RELEASE = (2, 0, "")
"""A release comes after each of its pre-releases."""


def _identifier(part: str) -> tuple[int, int, str]:
    """Numbers come before words, and are compared as numbers."""
    return (0, int(part), "") if part.isdecimal() else (1, 0, part)
