"""Which of two versions is newer, and where nobody can tell."""

import pytest
import semver
from hypothesis import given
from hypothesis import strategies as st

from domain.targets import way
from domain.ticket import Target, TargetType
from domain.versions import Direction, direction, identity, same

NUMBERS = st.integers(min_value=0, max_value=10**6)
IDENTIFIER = st.from_regex(r"(0|[1-9][0-9]{0,6}|[0-9]{0,2}[A-Za-z-][0-9A-Za-z-]{0,4})", fullmatch=True)
IDENTIFIERS = st.lists(IDENTIFIER, max_size=3).map(".".join)
SMALL = st.integers(min_value=0, max_value=2)


@st.composite
def semantic(draw: st.DrawFn) -> str:
    """A version of SemVer 2.0.0, often near the next one that is drawn."""
    numbers = ".".join(str(draw(SMALL | NUMBERS)) for _ in range(3))
    pre, build = draw(IDENTIFIERS), draw(IDENTIFIERS)
    return numbers + (f"-{pre}" if pre else "") + (f"+{build}" if build else "")


WAYS = {-1: Direction.OLDER, 0: Direction.SAME, 1: Direction.NEWER}


@given(semantic(), semantic(), st.sampled_from(["", "v"]))
def test_semantic_versions_go_as_the_specification_says(version: str, before: str, prefix: str) -> None:
    """As a library of many users has it, build metadata and a leading v aside."""
    assert direction(before, prefix + version) is WAYS[semver.Version.parse(version).compare(before)]


@given(st.lists(NUMBERS, min_size=2, max_size=5), st.lists(NUMBERS, min_size=2, max_size=5))
def test_dotted_numbers_go_by_their_numbers(version: list[int], before: list[int]) -> None:
    """However many there are: what is not said is nought."""
    most = max(len(version), len(before))
    this, that = (each + [0] * (most - len(each)) for each in (version, before))
    expected = WAYS[(this > that) - (this < that)]
    assert direction(".".join(map(str, before)), ".".join(map(str, version))) is expected


@given(st.text(alphabet="0123456789abcvV.-+_", min_size=1, max_size=12), st.text(min_size=1, max_size=12))
def test_the_way_back_is_the_opposite(version: str, before: str) -> None:
    """Whatever the two are: nothing is newer than what it is older than."""
    opposite = {Direction.NEWER: Direction.OLDER, Direction.OLDER: Direction.NEWER}
    way = direction(before, version)
    assert direction(version, before) is opposite.get(way, way)
    assert direction(version, version) is Direction.SAME


@pytest.mark.parametrize(
    ("version", "before", "expected"),
    [
        ("2.3.0", "3.2.0", Direction.OLDER),
        ("2.10.0", "2.9.0", Direction.NEWER),
        ("2.1", "2.1.0", Direction.SAME),
        ("v2.1.0", "2.1.0", Direction.SAME),
        ("2.1.0+build.2", "2.1.0+build.1", Direction.SAME),
        ("2.1.0-rc.1", "2.1.0", Direction.OLDER),
        ("2.1.0-rc.2", "2.1.0-rc.10", Direction.OLDER),
        ("2.1.1-rc.1", "2.1", Direction.NEWER),
        ("2026.11.28", "2026.9.30", Direction.NEWER),
        ("2.1-rc.1", "2.1", Direction.OLDER),
        ("7f3a9c1", "7f3a9c1", Direction.SAME),
        ("2.1.0", None, Direction.FIRST),
        ("latest", None, Direction.FIRST),
    ],
)
def test_versions_as_people_write_them(version: str, before: str | None, expected: Direction) -> None:
    """Numbers by size, a pre-release before its release, a v and what was built when aside."""
    assert direction(before, version) is expected


@pytest.mark.parametrize(
    ("version", "before"),
    [
        ("7f3a9c1", "2.1.0"),
        ("7f3a9c1", "0b2d4e6"),
        ("latest", "2.1.0"),
        ("2.1.0", "main"),
        ("2026-11-28", "2026-11-27"),
        ("2026-11-28-summer", "2.1.0"),
        ("release-2.1.0", "2.0.0"),
        ("2.1-1", "2.1"),
        ("2.1.0-rc_1", "2.1.0"),
        ("2.1.0-01", "2.1.0"),
        ("20261128", "2.1.0"),
        ("20261128", "20261127"),
        ("2..1", "2.1"),
        ("٢.١", "2.0"),  # noqa: RUF001  digits of another script
    ],
)
def test_what_has_no_order_is_said_to_have_none(version: str, before: str) -> None:
    """Hashes, names, dates with dashes, a count against dotted numbers: a guess would be worse than no answer."""
    assert direction(before, version) is Direction.UNKNOWN
    assert direction(version, before) is Direction.UNKNOWN


ONE, OTHER = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"


def target(version: str, digest: str | None = None) -> Target:
    return Target(type=TargetType.API, name="payment-api", version=version, digest=digest)


def test_two_contents_of_one_version_have_no_order() -> None:
    """Neither of a version that moves nor of one that was built twice; an unknown content is taken for the same."""
    assert way(target("latest", ONE), target("latest", OTHER)) is Direction.UNKNOWN
    assert way(target("v2.1.0", ONE), target("2.1.0", OTHER)) is Direction.UNKNOWN
    assert way(target("2.1.0", ONE), target("2.1.0", ONE)) is Direction.SAME
    assert way(target("2.1.0"), target("2.1.0", ONE)) is Direction.SAME
    assert way(target("2.1.0", OTHER), target("2.2.0", ONE)) is Direction.NEWER
    assert way(None, target("latest", ONE)) is Direction.FIRST


@given(
    st.lists(semantic() | st.sampled_from(("v2.0.1", "2.0.1", "2.0", "2.0.0", "main", "Main", "20240101")), max_size=4)
)
def test_versions_that_are_one_have_one_identity(versions: list[str]) -> None:
    assert all(same(one, other) is (identity(one) == identity(other)) for one in versions for other in versions)
