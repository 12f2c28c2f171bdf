"""Nothing of the elements serves another page, person or script than they are for."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from playwright.sync_api import Route, expect

from tests.console.conftest import IN_ENGLISH, IN_FRENCH
from tests.console.hosting import Visit
from tests.console.test_flows import asked, fresh_name
from tests.console.words import EN, Words
from tests.e2e.stack import Stack

_NOTE = (
    "globalThis.heard = []; for (const name of ['navigate', 'title', 'count']) addEventListener(`prodgate-${name}`, "
)
NOTE_EVENTS = f"{_NOTE}event => heard.push(JSON.stringify(event.detail)), true)"
EVERYTHING = """() => { const all = root => root.innerHTML + [...root.querySelectorAll('*')].map(each =>
    (each.shadowRoot ? all(each.shadowRoot) : '') + (each.value ?? '')).join(' ');
    const kept = store => Object.entries(store).filter(([name]) => !name.startsWith('oidc.')).flat();
    return [all(document), ...heard, ...kept(localStorage), ...kept(sessionStorage), document.cookie, location.href]
        .join(' ') }"""
TOKEN = "JSON.parse(Object.entries(sessionStorage).find(([name]) => name.startsWith('oidc.user'))[1]).id_token"


@contextmanager
def foreign(body: str, port: int = 0) -> Iterator[str]:
    """A page of an origin that nobody allowed, unless its port is a known one, which has this in it; its address."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f'<!doctype html><link rel="icon" href="data:,">{body}'.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_a_token_lies_nowhere(visit: Visit, stack: Stack) -> None:
    """Not in an attribute, a text, a field, an address, an event, or a storage but the one of the host's own client."""
    ticket = asked(stack, fresh_name("secret"))
    jean = visit("jean", EN, "/production")
    jean.context.add_init_script(NOTE_EVENTS)
    jean.go("/production?tab=all")
    token: str = jean.page.evaluate(TOKEN)
    jean.row(ticket).get_by_role("link").click()
    jean.decide(EN.approve, "Reviewed with the team")
    jean.sees_state(EN.deployed)
    everything: str = jean.page.evaluate(EVERYTHING)
    assert "Reviewed with the team" in everything, "shadow trees are looked through"
    for part in (token, *token.split(".")[1:]):
        assert part not in everything
    events = [json.loads(each) for each in jean.page.evaluate("heard")]
    assert events, "the host was told of steps"
    assert {name for each in events for name in each} <= {"view", "id", "query", "replace", "title", "count"}


@IN_ENGLISH
def test_whoever_signs_out_takes_all_with_them(visit: Visit, stack: Stack, words: Words) -> None:
    """No request stays on the page or in what is kept; the next person sees theirs, and not what was typed."""
    ticket = asked(stack, fresh_name("leaving"))
    jean = visit("jean", words, f"/production/{ticket}")
    jean.button(words.reject).click()
    jean.dialog.get_by_role("textbox").fill("Typed and not said")
    jean.page.keyboard.press("Escape")
    jean.sign_out()
    expect(jean.button(words.sign_in)).to_be_visible()
    jean.page.evaluate("globalThis.heard = []")
    left = jean.page.evaluate(EVERYTHING)
    assert "Typed and not said" not in left
    assert "New PCI-DSS compliant payment flow" not in left
    jean.sign_in("emma", f"/production/{ticket}")
    jean.expect_fault("status of 404")
    jean.sees(words.not_found)
    jean.sign_out()
    jean.sign_in("claire", f"/production/{ticket}")
    jean.button(words.reject).click()
    expect(jean.dialog.get_by_role("textbox")).to_have_value("")


def test_another_person_at_the_host_sees_nothing_of_the_one_before(visit: Visit, stack: Stack) -> None:
    """Where the host changes the person without a reload, as by an account menu: the page is read anew."""
    ticket = asked(stack, fresh_name("swapped"))
    emma = visit("emma", EN, "/")
    theirs = emma.page.evaluate("JSON.stringify(Object.entries(sessionStorage))")
    jean = visit("jean", EN, "/production?session=storage&tab=all")
    expect(jean.row(ticket)).to_be_visible()
    jean.page.evaluate(f"for (const [name, value] of {theirs}) sessionStorage.setItem(name, value)")
    expect(jean.row(ticket)).to_have_count(0)
    expect(jean.heading(EN.requests)).to_be_visible()


@IN_FRENCH
def test_a_session_that_is_no_longer_taken_keeps_the_page(visit: Visit, stack: Stack, words: Words) -> None:
    """The host's token is refused: what is shown and typed stays, and the sign-in is the host's."""
    pierre = visit("pierre", words, "/production/new")
    pierre.expect_fault("status of 401")
    rollback = pierre.page.get_by_role("textbox", name=words.rollback)
    rollback.fill("Back to 2.0.0")
    pierre.sees(words.draft_kept)
    pierre.page.evaluate(
        """() => { for (const [key, value] of Object.entries(sessionStorage))
            if (key.startsWith('oidc.user')) sessionStorage.setItem(key, JSON.stringify(
                {...JSON.parse(value), id_token: JSON.parse(value).id_token.slice(0, -4) + 'AAAA'})) }"""
    )
    pierre.choose(words.name, fresh_name("over"))
    pierre.sees(words.session_over)
    expect(rollback).to_have_value("Back to 2.0.0")
    pierre.button(words.sign_in).click()
    pierre.page.get_by_role("button", name="Pierre Durand").click()
    expect(rollback).to_have_value("Back to 2.0.0")
    expect(pierre.page.get_by_text(words.session_over)).to_have_count(0)


ASK = """([address, token]) => fetch(address, {headers: token && {Authorization: `Bearer ${token}`}})
    .then(answer => answer.status, () => 0)"""


def test_a_page_of_a_foreign_origin_gets_nothing(visit: Visit, stack: Stack) -> None:
    """Neither module nor answer, with a token or without, nor the console in a frame. The host has the others."""
    jean = visit("jean", EN)
    token: str = jean.page.evaluate(TOKEN)
    script: str = jean.page.evaluate("document.getElementById('prodgate').src")
    addresses = [stack.api + path for path in ("/embed/manifest.json", "/v1/console", "/v1/requests/prod")]
    load = "address => import(address).then(() => 'ran', () => '')"
    page = jean.context.new_page()
    with foreign("<prodgate-requests>nothing here</prodgate-requests>") as address:
        page.goto(address)
        for asking in (page, jean.page):
            got = [asking.evaluate(ASK, [each, token]) for each in addresses]
            ran = asking.evaluate(load, script)
            assert (got, ran) == (([0, 0, 0], "") if asking is page else ([200, 200, 200], "ran"))
        assert [page.evaluate(ASK, [each, None]) for each in addresses] == [0, 0, 0]
        expect(page.get_by_text("nothing here")).to_be_visible()
    with foreign(f'<iframe src="{stack.api}/requests"></iframe>') as address:
        page.goto(address)
        page.wait_for_timeout(1_000)
        assert page.frames[1].evaluate("document.body.innerText").count(EN.sign_in) == 0


def test_nothing_is_shown_where_the_host_is_framed_by_another_site(visit: Visit, stack: Stack) -> None:
    """A host that forgot to forbid frames: a click for the page above decides nothing, and no token is asked for."""
    jean = visit("jean", EN)
    token: str = jean.page.evaluate(TOKEN)
    script: str = jean.page.evaluate("document.getElementById('prodgate').src")
    page = f"""<prodgate-requests query="tab=all"></prodgate-requests><script type="module">
        import {{configure}} from '{script}';
        globalThis.tokens = 0; configure({{session: () => {{ globalThis.tokens += 1; return '{token}' }}}})</script>"""
    careless = int(stack.settings["PRODGATE_CORS_ORIGINS"].rpartition(":")[2])
    with (
        foreign(page, careless) as inside,
        foreign(f'<iframe src="{inside}" width="900" height="700"></iframe>') as trap,
    ):
        jean.page.goto(inside)
        expect(jean.link(EN.every)).to_be_visible()  # by itself it is a host like others
        jean.page.goto(trap)
        framed = jean.page.frame_locator("iframe")
        expect(framed.get_by_text("Another site has put this page into a frame")).to_be_visible()
        expect(framed.get_by_role("link")).to_have_count(0)
        jean.page.wait_for_timeout(500)
        assert jean.page.frames[1].evaluate("tokens") == 0


def test_a_module_that_was_changed_on_its_way_does_not_run(visit: Visit, stack: Stack) -> None:
    """The hash in the host's tag is of another one; the page shows what stands inside the element."""
    jean = visit("jean", EN, "/")
    jean.expect_fault("integrity", "Failed to fetch dynamically imported module", "Failed to load")
    jean.context.route(re.compile("/embed/.*js"), add_a_line)
    jean.go("/production")
    jean.sees("Prodgate can’t be reached.")  # noqa: RUF001
    assert not jean.page.evaluate("globalThis.changed")


def add_a_line(route: Route) -> None:
    """Answer with the module, and something in front."""
    answer = route.fetch()
    route.fulfill(response=answer, body="globalThis.changed = true;" + answer.text())
