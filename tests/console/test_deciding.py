"""Whoever decides all day needs few keys, can take one back, and finds their place again."""

# ruff: noqa: RUF001  typographic apostrophes are what French has

import re
import time

from playwright.sync_api import Route, expect

from tests.console.conftest import IN_ENGLISH, IN_FRENCH, Sit
from tests.console.desk import PHONE
from tests.console.keyboard import Keyboard, Mixed
from tests.console.test_flows import JEAN, asked, fresh_name
from tests.console.words import EN, FR, Words
from tests.e2e.stack import Stack, until

KEYS_FOR_TEN = 12


def several(stack: Stack, name: str, count: int) -> list[str]:
    """Requests of low impact for new targets whose names begin so, the oldest first."""
    return [asked(stack, f"{name}-{number}") for number in range(count)]


def waiting(name: str, view: str = "") -> str:
    return f"/requests?tab=waiting&sort=createdAt&q={name}{view}"


def states(stack: Stack, tickets: list[str]) -> list[str]:
    return [str(stack.call(JEAN, "GET", f"/{each}").json()["status"]["state"]) for each in tickets]


@IN_FRENCH
def test_ten_decisions_take_twelve_keys(sit: Sit, stack: Stack, words: Words) -> None:
    """One opens the view and one each approves; the last is taken back, and nothing of it was sent."""
    name = fresh_name("ten")
    tickets = several(stack, name, 11)
    jean = sit("jean", words, waiting(name))
    expect(jean.row(tickets[0])).to_be_visible()
    keyboard = Keyboard(jean.page)
    keyboard.press("v")
    for ticket in tickets[:10]:
        keyboard.look(ticket)
        keyboard.press("a")
    keyboard.press("z")
    assert keyboard.keys <= KEYS_FOR_TEN
    jean.sees(words.taken_back.format(tickets[9]))
    until("nine are approved", lambda: "pending" not in states(stack, tickets[:9]))
    assert states(stack, tickets[9:]) == ["pending", "pending"]
    history = stack.call(JEAN, "GET", f"/{tickets[0]}").json()["status"]["history"]
    assert [each["action"] for each in history].count("approved") == 1


def test_mixed_decisions_need_no_pointer(sit: Sit, stack: Stack) -> None:
    """What raises a question asks it, and Ctrl+Enter answers; one second is for looking at each."""
    name = fresh_name("mixed")
    mixed = Mixed.asked(stack, name, 10)
    jean = sit("jean", EN, waiting(name))
    expect(jean.row(mixed.in_turn[0])).to_be_visible()
    keyboard = Keyboard(jean.page, pause=1)
    begun = time.monotonic()
    mixed.decide(jean, keyboard)
    seconds = time.monotonic() - begun
    told = f"10 mixed decisions by keyboard alone: {seconds:.0f} s, {keyboard.keys} keys, {keyboard.typed} letters"
    print(told)  # noqa: T201  a hundred within five minutes is the aim, which `bench.deciding` measures
    until("all are decided", lambda: "pending" not in states(stack, mixed.in_turn))
    assert set(states(stack, mixed.rejected)) == {"rejected"}


def test_who_leaves_has_decided(sit: Sit, stack: Stack) -> None:
    """An approval that waits in the browser is sent when the page is closed, once; a held key approves one."""
    name = fresh_name("leave")
    tickets = several(stack, name, 2)
    jean = sit("jean", EN, waiting(name, "&view=split"))
    keyboard = Keyboard(jean.page)
    keyboard.look(tickets[0])
    jean.page.keyboard.down("a")
    jean.page.keyboard.down("a")
    keyboard.look(tickets[1])
    jean.page.keyboard.down("a")
    jean.page.keyboard.up("a")
    jean.sees(f"{name}-0 1.0.0 will be approved")
    assert states(stack, tickets) == ["pending", "pending"]
    jean.page.close(run_before_unload=True)
    until("it is approved", lambda: states(stack, tickets)[0] != "pending", 15)
    assert states(stack, tickets)[1] == "pending"


def test_what_was_decided_meanwhile_is_said(sit: Sit, stack: Stack) -> None:
    """An approval that is refused when it is sent is called that until somebody has read it, and nothing else."""
    name = fresh_name("late")
    tickets = several(stack, name, 2)
    jean = sit("jean", EN, waiting(name, "&view=split"))
    jean.expect_fault(r"status of 4\d\d")

    def overtaken(approval: Route) -> None:
        reason = {"reason": "Decided from another place"}
        assert stack.call("claire.moreau@cab-i.com", "POST", f"/{tickets[0]}/reject", reason).is_success
        approval.continue_()

    jean.page.route(f"**/{tickets[0]}/approve", overtaken)
    keyboard = Keyboard(jean.page)
    keyboard.look(tickets[0])
    keyboard.press("a")
    jean.sees(f"{name}-0 1.0.0 was not approved")
    expect(jean.page.get_by_text(f"{tickets[0]} is approved")).to_have_count(0)
    assert states(stack, tickets) == ["rejected", "pending"]


def test_a_link_survives_the_sign_in_and_the_title_counts(sit: Sit, stack: Stack) -> None:
    """The request that a mail or a colleague's address names is the one that is shown."""
    name = fresh_name("link")
    tickets = several(stack, name, 2)
    jean = sit(None)
    jean.sign_in("jean", waiting(name, f"&view=split&at={tickets[1]}"))
    expect(jean.page.get_by_role("article").get_by_role("link", name=tickets[1])).to_be_visible()
    expect(jean.page).to_have_title(re.compile(r"^\(\d+\) Waiting for me"))
    expect(jean.page.get_by_role("navigation", name="Which requests").get_by_role("link").first).to_contain_text(
        re.compile(r"Waiting for me\d")
    )
    jean.check_accessible("the split view")


def test_what_is_snoozed_comes_back_when_it_is_asked_for(sit: Sit, stack: Stack) -> None:
    """It leaves one's own list, says so, and stays pending; another browser knows it too."""
    name = fresh_name("snooze")
    tickets = several(stack, name, 2)
    jean = sit("jean", EN, waiting(name, "&view=split"))
    keyboard = Keyboard(jean.page)
    keyboard.look(tickets[0])
    keyboard.press("s")
    keyboard.press("Enter")
    keyboard.look(tickets[1])
    assert states(stack, tickets) == ["pending", "pending"]
    elsewhere = sit("jean", EN, waiting(name))
    expect(elsewhere.row(tickets[1])).to_be_visible()
    expect(elsewhere.row(tickets[0])).to_have_count(0)
    elsewhere.sees("1 request snoozed")
    elsewhere.button("Show them").click()
    expect(elsewhere.row(tickets[0])).to_be_visible()


def test_filters_are_saved_by_name(sit: Sit, stack: Stack) -> None:
    """And lead back to the same list from another browser, until they are forgotten."""
    name = fresh_name("saved")
    several(stack, name, 1)
    jean = sit("jean", EN, waiting(name))
    jean.button("Saved filters").click()
    jean.dialog.get_by_role("textbox").fill("My morning")
    jean.page.keyboard.press("Control+Enter")
    expect(jean.dialog.get_by_role("link", name="My morning")).to_be_visible()
    elsewhere = sit("jean", EN)
    elsewhere.button("Saved filters").click()
    elsewhere.dialog.get_by_role("link", name="My morning").click()
    expect(elsewhere.page).to_have_url(re.compile(f"q={name}"))
    elsewhere.button("Saved filters").click()
    elsewhere.dialog.get_by_role("button", name="Forget My morning").click()
    expect(elsewhere.dialog.get_by_role("link")).to_have_count(0)


def test_the_way_back_leads_to_the_row(sit: Sit, stack: Stack) -> None:
    """The page's own as the browser's: the row that was opened has the focus and is in sight."""
    name = fresh_name("back")
    tickets = several(stack, name, 14)
    jean = sit("jean", EN, waiting(name))
    row = jean.row(tickets[13]).get_by_role("link")
    row.click()
    jean.page.get_by_role("link", name="Requests", exact=True).and_(jean.page.locator("main a")).click()
    expect(row).to_be_focused()
    expect(row).to_be_in_viewport()
    row.click()
    expect(jean.page).to_have_url(re.compile(f"/requests/{tickets[13]}"))
    jean.page.go_back()
    expect(row).to_be_focused()
    expect(row).to_be_in_viewport()


def test_a_decision_on_a_page_leads_on_in_the_list_s_order(sit: Sit, stack: Stack) -> None:
    """By its filters, gravest first, and past what was set aside: never to the newest of all."""
    name = fresh_name("grave")
    made = {impact: asked(stack, f"{name}-{impact}", impactAssessment=impact) for impact in ("medium", "high", "low")}
    newest = asked(stack, fresh_name("newest"), impactAssessment="high")
    jean = sit("jean", EN, f"/requests?tab=waiting&q={name}")
    jean.page.get_by_label("Order").select_option("-impact")
    rows = jean.page.locator("main li[data-request]")
    in_turn = [made[impact] for impact in ("high", "medium", "low")]
    expect(rows).to_have_count(3)
    expect(rows.first).to_have_attribute("data-request", in_turn[0])
    assert [row.get_attribute("data-request") for row in rows.all()] == in_turn
    jean.go(f"/requests?tab=waiting&q={name}&sort=-impact&view=split&at={made['medium']}")
    keyboard = Keyboard(jean.page)
    keyboard.look(made["medium"])
    keyboard.press("s")
    keyboard.press("Enter")
    jean.sees("Snoozed until")
    jean.go(f"/requests?tab=waiting&q={name}&sort=-impact")
    jean.row(made["high"]).get_by_role("link").first.click()
    jean.decide(EN.approve)
    link = jean.link(re.compile(rf"^{EN.next_waiting}"))
    expect(link).to_have_text(f"{EN.next_waiting}: {name}-low 1.0.0")
    expect(link).to_be_focused()
    assert states(stack, [newest]) == ["pending"]


def test_what_differs_from_the_last_version_is_said_where_one_decides(sit: Sit, stack: Stack) -> None:
    """One by one and on the page: against the request that is in production, by its number."""
    name = fresh_name("since")
    first = asked(stack, name, "1.0.0")
    stack.approve(first)
    stack.await_state([first], "deployed")
    second = asked(stack, name, "1.1.0", impactAssessment="medium", rollbackPlan="Deploy the version before again")
    for path in (waiting(name, f"&view=split&at={second}"), f"/requests/{second}"):
        jean = sit("jean", EN, path)
        changes = jean.page.get_by_role("region", name="What changes in production")
        expect(changes).to_contain_text(f"Against {first}, the last one in production")
        found = changes.get_by_role("list", name="What differs besides version and notes").get_by_role("listitem")
        expect(found).to_have_count(2)
        expect(found.first).to_contain_text(re.compile(r"Low.*Medium"))
        found.get_by_text("Rollback plan was another").click()
        expect(found.last).to_contain_text("Revert to")


def test_a_row_names_people_and_keeps_the_version(sit: Sit, stack: Stack) -> None:
    """However long the name is, on a phone too; who decided stands in the row, and the figures lead to their lists."""
    name = fresh_name("a-name-of-a-target-that-is-much-longer-than-a-row-of-the-list-has-room-for-beside-its-version")
    ticket = asked(stack, name, "12.34.56")
    for size in ({}, {"viewport": PHONE}):
        jean = sit("jean", EN, waiting(name), **size)
        expect(jean.row(ticket)).to_contain_text("by Pierre Durand")
        expect(jean.row(ticket).get_by_text("12.34.56")).to_be_in_viewport(ratio=1)
        expect(jean.row(ticket).get_by_text("Pending")).to_have_count(0)
    stack.approve(ticket)
    jean = sit("jean", EN)
    figures = jean.page.get_by_role("navigation", name="At a glance")
    figures.get_by_role("link", name=re.compile("wait for you|waits for you")).click()
    expect(jean.page).to_have_url(re.compile("tab=all&state=pending"))
    figures.get_by_role("link", name="Approved today").click()
    expect(jean.row(ticket)).to_contain_text("approved by Jean Dupont")


FIGURES = {
    EN.locale: ("At a glance", {"Approved today": "approved-today", "Rejected today": "rejected-today"}),
    FR.locale: ("En bref", {"Approuvées aujourd’hui": "approved-today", "Rejetées aujourd’hui": "rejected-today"}),
}
CLEAR = {EN.locale: "Clear filters", FR.locale: "Effacer les filtres"}


@IN_ENGLISH
def test_a_figure_leads_to_as_many_rows_as_it_counts(sit: Sit, stack: Stack, words: Words) -> None:
    """What was approved and came to its end is among them; the filter that holds is seen, and taken away."""
    name, (label, figures) = fresh_name("counted"), FIGURES[words.locale]
    done, turned_down = asked(stack, name, "1.0.0"), asked(stack, name, "0.9.0")
    assert stack.call(JEAN, "POST", f"/{turned_down}/reject", {"reason": "Older than production"}).is_success
    stack.approve(done)
    stack.await_state([done], "deployed")
    jean = sit("jean", words)
    for text, filtered in figures.items():
        figure = jean.page.get_by_role("navigation", name=label).get_by_role("link", name=text)
        figure.click()
        expect(jean.page).to_have_url(re.compile(f"tab=all&sort=-updatedAt&done={filtered}"))
        expect(jean.row(done if filtered == "approved-today" else turned_down)).to_be_visible()
        counted = re.compile(rf"^{figure.inner_text().split()[0]}\b")
        expect(jean.page.get_by_role("main").get_by_role("status").filter(has_text=counted)).to_be_visible()
        jean.check_accessible(f"the list of what was {filtered}")
    jean.button(CLEAR[words.locale]).click()
    expect(jean.page).not_to_have_url(re.compile("done="))
