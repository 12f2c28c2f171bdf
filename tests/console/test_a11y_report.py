"""The report of accessibility forgets nothing: the tests it runs, the pages it lists, what it says of itself."""

from collections import Counter

from tests.console.a11y_report import Look, report
from tests.console.a11y_suites import existing, looking, route_of, routes
from tests.console.screenshots import FOLDER
from tests.console.wcag import CRITERIA


def test_every_test_that_a_criterion_names_exists() -> None:
    """A test that was renamed is not one that passed."""
    assert {test for each in CRITERIA for test in each.tests} <= existing()


def test_a_test_in_which_axe_looks_is_part_of_it() -> None:
    """By itself, by both themes, by the stories' own way, or by a function of its file."""
    assert {
        "test_votes.py::test_two_people_approve_and_one_of_them_thinks_again",
        "test_insights.py::test_every_picture_is_accessible_and_so_is_its_table",
        "test_stories.py::test_every_story_is_accessible_and_looks_as_it_did",
        "test_documents.py::test_templates_are_accessible",
    } <= set(looking())


def test_what_was_looked_at_by_eye_names_pictures_that_exist() -> None:
    """Each by the name of its four files."""
    named = {page for each in CRITERIA if each.looked for page in each.looked.pages}
    assert named <= {each.name.removesuffix("-light-1280.png") for each in FOLDER.glob("*-light-1280.png")}


def test_nothing_passes_that_nobody_checked() -> None:
    """Without a run, each criterion that applies is not run or not checked, or was looked at; and so is each page."""
    text = report({}, [], "2026-12-01")
    assert "| passed" not in text
    assert text.count("**not looked at**") == len(routes()) + 1
    assert all(f"| {each.number} {each.name} |" in text for each in CRITERIA)


def test_a_fault_is_a_failure_of_its_criterion() -> None:
    """Whatever else passed of it."""
    rules = {"2.5.8": Counter(passed=9, failed=1)}
    text = report({}, [Look("`/queue`", "test_places.py::test_x", dark=True, phone=False, rules=rules)], "2026-12-01")
    assert "| 2.5.8 Target size | AA | FAILED | axe 9, 1 FAILED |" in text
    assert "| `/queue` | 1 | 0 | 1 | `test_places.py` |" in text


def test_an_address_belongs_to_the_route_that_the_router_takes() -> None:
    """A fixed word before one that stands for anything; what no route knows is the page that says so."""
    paths = ("/requests/new", "/requests/PR-2026-0001", "/tenants", "/tenants/a", "/nowhere")
    assert [route_of(each) for each in paths] == [
        "/requests/new",
        "/requests/:id",
        "/tenants/:name?",
        "/tenants/:name?",
        "*",
    ]
