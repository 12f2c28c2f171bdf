"""Plans of faults: the same for the same seed, and none that leaves a kind of fault out."""

from itertools import pairwise

import pytest

from tests.chaos.plan import PATH, Fault, Kind, drawn, together

VICTIMS = {"worker-0": (Kind.KILL, Kind.FULL), "git": (Kind.KILL, *PATH), "worker-0>git": PATH}


def test_a_seed_gives_its_plan_again_and_another_seed_another() -> None:
    """Whoever has the seed and the minutes has the plan."""
    assert drawn(7, 120, VICTIMS, 3.0) == drawn(7, 120, VICTIMS, 3.0)
    assert drawn(7, 120, VICTIMS, 3.0) != drawn(8, 120, VICTIMS, 3.0)


def test_every_fault_of_every_part_comes_once_before_any_comes_twice() -> None:
    """As many faults as there are pairs are all pairs."""
    pairs = {(victim, kind) for victim, kinds in VICTIMS.items() for kind in kinds}
    plan = drawn(7, 10_000, VICTIMS, 30.0)
    assert {(fault.victim, fault.kind) for fault in plan[: len(pairs)]} == pairs


def test_a_part_has_one_fault_at_a_time() -> None:
    """Those of different parts may meet."""
    plan = drawn(7, 600, VICTIMS, 2.0)
    for victim in VICTIMS:
        own = [fault for fault in plan if fault.victim == victim]
        assert all(one.at + one.seconds < other.at for one, other in pairwise(own))
    assert any(one.at + one.seconds > other.at for one, other in pairwise(plan))


def test_a_fault_is_one_line() -> None:
    """It says when, who, how, how long, and how much."""
    assert str(Fault(3.2, "api-1", Kind.CLOCK, 5.0, -90.0)).split() == [
        *("3.2", "s", "api-1", "clock-jump", "for", "5.0", "s", "by", "-90.00", "s")
    ]


def test_what_a_run_prints_can_be_given_again() -> None:
    """Each line of a plan is its fault, whatever the kind."""
    plan = drawn(7, 600, VICTIMS | {"api-1": (Kind.CLOCK,)}, 2.0)
    assert tuple(Fault.read(str(fault)) for fault in plan) == plan
    with pytest.raises(ValueError, match=r"clock-jump +for"):
        Fault.read("the worker's clock, please")


def test_named_faults_come_for_sure_and_no_other_meets_them() -> None:
    """What was drawn for the same part at that time is left out, and all else stays."""
    drawn_ones = drawn(7, 120, VICTIMS, 3.0)
    named = Fault(20.0, "git", Kind.CUT, 30.0)
    plan = together([named], drawn_ones)
    meeting = [each for each in plan if each.victim == "git" and each.at < 50.0 and each.at + each.seconds > 20.0]
    assert meeting == [named]
    assert {each for each in drawn_ones if each.victim != "git"} < {*plan}
    assert [each.at for each in plan] == sorted(each.at for each in plan)
