"""Figures in the console: a company with a past, its pictures, tables, files and filters."""

# ruff: noqa: RUF001  typographic apostrophes are what French has

import csv
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.console.desk import DESK, PHONE, Desk, seated
from tests.console.past import prepare
from tests.console.words import EN, FR, Words
from tests.e2e.stack import Stack, started

TITLES = {
    EN.locale: ("Insights", "Approval wait", "Deployments", "Last 13 weeks", "Table", "No figures in this period"),
    FR.locale: (
        "Indicateurs",
        "Attente de l’approbation",
        "Déploiements",
        "13 dernières semaines",
        "Tableau",
        "Aucun indicateur sur cette période",
    ),
}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that finds a quarter of a year of requests in its record."""
    data = tmp_path_factory.mktemp("past") / "data"
    prepare(data)
    with started(Stack(data)) as stack:
        yield stack


@pytest.fixture
def come(browser: Browser, company: Stack) -> Iterator[Callable[..., Desk]]:
    """`come("jean", EN, "/insights")`: somebody signs in there; what goes wrong at any desk fails the test."""
    with ExitStack() as desks:

        def signed_in(who: str, words: Words = EN, path: str = "/insights", **given: Any) -> Desk:
            return desks.enter_context(seated(browser, company, words, **given)).sign_in(who, path)

        yield signed_in


def picture(desk: Desk, title: str) -> Any:
    """The part of the page with that heading."""
    return desk.page.get_by_role("region", name=title, exact=True)


@pytest.mark.parametrize(
    ("words", "look"),
    [
        (EN, {"color_scheme": "light", "viewport": DESK}),
        (FR, {"color_scheme": "dark", "viewport": PHONE, "has_touch": True}),
    ],
    ids=["a light desk", "a dark phone"],
)
def test_every_picture_is_accessible_and_so_is_its_table(
    come: Callable[..., Desk], words: Words, look: dict[str, Any]
) -> None:
    """Over weeks and by names, as drawings with a sentence, as tables, and where there is nothing."""
    jean = come("jean", words, **look)
    page, (title, wait, _, period, table, nothing) = jean.page, TITLES[words.locale]
    expect(jean.heading(title)).to_be_visible()
    expect(page.get_by_text(period).first).to_be_attached()
    expect(picture(jean, wait).get_by_role("img", name=re.compile(rf"{wait}\. \d+"))).to_be_visible()
    jean.check_accessible("pictures by week")
    for by in ("target", "impact"):
        jean.go(f"/insights?by={by}")
        expect(picture(jean, wait).get_by_role("listitem").first).to_be_visible()
        jean.check_accessible(f"pictures by {by}")
    jean.go("/insights")
    buttons = page.get_by_role("button").filter(has_text=re.compile(rf"^{table}$"))
    expect(buttons.first).to_be_visible()
    while buttons.count():
        buttons.first.click()
    assert page.get_by_role("table").count() >= 6
    jean.check_accessible("tables")
    jean.go("/insights?weeks=4&to=2020-W10")
    jean.sees(nothing)
    jean.check_accessible("nothing")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing reaches over the edge"


def test_filters_are_in_the_address_and_lead_back(come: Callable[..., Desk]) -> None:
    """Chosen with the keyboard; Back undoes a choice; a name in a drawing leads to its own figures."""
    jean = come("jean")
    page = jean.page
    page.get_by_label("Split by").focus()
    for by in ("tenant", "target"):
        page.keyboard.press("ArrowDown")
        expect(page).to_have_url(re.compile(f"by={by}"))
    picture(jean, "Deployments").get_by_role("link", name="risk-api · Finance").click()
    expect(page).to_have_url(re.compile(r"target=risk-api"))
    expect(page.get_by_label("Target", exact=True)).to_have_value("risk-api")
    expect(picture(jean, "Approval wait").get_by_role("img")).to_be_visible()
    page.get_by_label("Impact").select_option("high")
    expect(page).to_have_url(re.compile(r"impact=high"))
    page.go_back()
    expect(page).not_to_have_url(re.compile(r"impact=high"))
    jean.button("Clear filters").click()
    expect(page).not_to_have_url(re.compile(r"risk-api"))
    field = page.get_by_label("Target", exact=True)
    field.fill("nobody-has-this")
    field.press("Enter")
    jean.sees("No figures in this period")
    page.reload()
    jean.sees("No figures in this period")


def test_table_and_file_say_what_the_drawing_says(come: Callable[..., Desk], tmp_path: Path) -> None:
    """The file is what the API answers, by the filters of the page."""
    jean = come("jean", path="/insights?weeks=4")
    part = picture(jean, "Deployments")
    with jean.page.expect_download() as downloaded:
        part.get_by_role("button", name="Download Deployments as CSV").click()
    downloaded.value.save_as(tmp_path / "deployments.csv")
    head, *rows = csv.reader((tmp_path / "deployments.csv").read_text().splitlines())
    assert head == ["week", "deployed", "failed", "change_failure_rate"]
    ended = sum(int(each[1]) + int(each[2]) for each in rows)
    expect(part.get_by_text(re.compile(rf"^{ended} deployments ended, ")).first).to_be_visible()
    part.get_by_role("button", name="Deployments as a table").click()
    cells = part.get_by_role("row").all_inner_texts()[1:]
    assert [line.split("\t")[1:3] for line in cells] == [each[1:3] for each in rows]


def test_people_see_their_own_part(come: Callable[..., Desk]) -> None:
    """Who decides in Finance sees its team of five; a requester sees their own requests; others see nothing."""
    jean, sophie, emma = come("jean"), come("sophie"), come("emma")
    expect(picture(jean, "Who is asked").get_by_role("listitem")).to_contain_text("Finance")
    for nobody in (sophie, emma):
        nobody.sees("No figures in this period")
        nobody.sees("No team of five or more")


def test_what_can_t_be_read_says_so_and_is_tried_again(come: Callable[..., Desk]) -> None:
    """The page, and a file."""
    jean = come("jean", path="/requests?tab=all")
    jean.expect_fault("503")

    def away(route: Route) -> None:
        route.fulfill(status=503, content_type="application/problem+json", body='{"status": 503, "detail": "Away"}')

    jean.page.route("**/v1/insights*", away)
    jean.link("Insights").click()
    expect(jean.button("Try again")).to_be_visible(timeout=30_000)
    jean.page.unroute("**/v1/insights*")
    jean.button("Try again").click()
    expect(picture(jean, "Queue").get_by_role("img")).to_be_visible()
    jean.page.route("**/v1/insights/*", away)
    picture(jean, "Queue").get_by_role("button", name="Download Queue as CSV").click()
    expect(picture(jean, "Queue").get_by_role("alert")).not_to_be_empty()
