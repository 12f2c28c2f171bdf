"""Mails say all of it, in both languages, and nothing that a person typed as anything but text."""

# ruff: noqa: RUF001  typographic apostrophes are what French and English have

import re
import string
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from clients.letters import EXCERPT, Letters, visible
from clients.remarks import FRENCH
from clients.words import WORDS
from domain.announcement import Event
from domain.audience import Language, Reason
from domain.escalation import Party
from domain.remarks import TEMPLATES, write
from domain.roles import Role
from domain.versions import Direction
from tests.clients.announcing import FACTS, HOSTILE, NAME, audience, compared, said, standard

LETTERS = Letters("https://prodgate.example/", Language.EN, ZoneInfo("Europe/Paris"))
MARKDOWN = {"p", "br", "em", "strong", "code", "pre", "ul", "ol", "li", "h3", "hr", "blockquote"}
"""The elements that release notes may have."""

BOTH = [(event, language) for event in Event for language in Language]


class Page(HTMLParser):
    """A page as a mail program would read it: its elements, links, and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "background"}]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("language", Language)
def test_only_who_may_decide_is_asked_to_by_an_escalation(language: Language) -> None:
    """Others are asked to find somebody; both learn whom the rule asks, and since when it waits."""
    group = said(Event.ESCALATED).model_copy(update={"escalates_to": Party(group="management")})
    press, decide, look = (WORDS[language].labels[key] for key in ("press", "decide", "look"))
    pressing = LETTERS.letter(group, audience(), language, Reason.ASKED)
    for words in (pressing.text, Page(pressing.html).text):
        assert "management" in words
        assert "2026-03-02 10:30 CET" in words
        assert press in words
        assert look in words
        assert decide not in words
    admins = said(Event.ESCALATED).model_copy(update={"escalates_to": Party(role=Role.CPI_ADMIN)})
    deciding = LETTERS.letter(admins, audience(), language, Reason.DECIDES)
    assert WORDS[language].labels["asked_role_cpi_admin"] in deciding.text
    assert decide in deciding.text
    assert press not in deciding.text


@pytest.mark.parametrize(("event", "language"), BOTH)
def test_a_letter_says_ticket_target_and_event_and_leads_to_one_page(event: Event, language: Language) -> None:
    """Both bodies, and the subject; the only link leads to the request's page, where one signs in."""
    letter = LETTERS.letter(said(event), audience(), language)
    page = Page(letter.html)
    for words in (letter.subject, letter.text, page.text):
        assert "payment-api 2.1.0" in words
        assert "PR-2026-0001" in words
        assert WORDS[language].headings[event] in words
    assert page.links == ["https://prodgate.example/requests/PR-2026-0001"]
    assert page.links[0] in letter.text


@pytest.mark.parametrize(("event", "language"), BOTH)
def test_what_people_typed_is_text_in_every_letter(event: Event, language: Language) -> None:
    """No element, attribute, line of the subject or direction of the text is theirs to make."""
    kind = LETTERS.letter(said(event), audience(), language)
    hostile = LETTERS.letter(said(event, HOSTILE), audience(NAME, NAME), language)
    harmless, page = Page(kind.html), Page(hostile.html)
    assert page.elements - MARKDOWN == harmless.elements - MARKDOWN
    assert (page.attributes, page.links) == (harmless.attributes, harmless.links)
    assert hostile.subject == kind.subject
    for words in (hostile.text, hostile.html):
        assert not [each for each in words if each in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\x07\x1b"]
    assert "49" not in page.text.replace("2.1.0", "")


def test_hostile_words_can_still_be_read() -> None:
    """They are shown as they were typed, and what can't be seen by its name."""
    page = Page(LETTERS.letter(said(Event.CREATED, HOSTILE), audience()).html)
    assert '<script>alert("x")</script><img src="https://evil.example/x.png">' in page.text
    assert "approve [U+202E]gnihton[U+202C]" in page.text
    assert "{{ 7 * 7 }} {% raw %}" in page.text


def test_a_long_text_is_cut_and_says_so() -> None:
    """The page has the rest."""
    letter = LETTERS.letter(said(Event.CREATED, "x" * 16_000), audience())
    assert letter.text.count("x" * 100) == 3 * EXCERPT // 100
    assert letter.text.count(WORDS[Language.EN].labels["cut"]) == 3
    assert len(letter.html) < 20_000


def test_a_reason_an_error_and_a_comment_reach_their_reader() -> None:
    """The requester needs them to act."""
    for event, label in ((Event.REJECTED, "Reason"), (Event.FAILED, "What AWX reports"), (Event.APPROVED, "Comment")):
        assert (
            f"{label}:\n  The database plan is missing"
            in LETTERS.letter(said(event, "The database plan is missing"), audience()).text
        )


def test_people_have_names_and_moments_a_zone() -> None:
    """As the directory and the installation have them."""
    text = LETTERS.letter(said(Event.CREATED), audience()).text
    assert "Pierre Durand asks to promote payment-api 2.1.0 from STAGING to PROD." in text
    assert "Decide before: 2026-03-02 11:30 CET" in text


WAYS = {
    Direction.FIRST: ("2.1.0, the first in production", "2.1.0, première en production"),
    Direction.NEWER: ("3.2.0 → 2.1.0", "3.2.0 → 2.1.0"),
    Direction.OLDER: (
        "3.2.0 → 2.1.0: older than what is in production",
        "3.2.0 → 2.1.0\u00a0: plus ancienne que celle en production",
    ),
    Direction.SAME: ("3.2.0 → 2.1.0: the same version", "3.2.0 → 2.1.0\u00a0: la même version"),
    Direction.UNKNOWN: (
        "3.2.0 → 2.1.0: the order can’t be told",
        "3.2.0 → 2.1.0\u00a0: l’ordre ne peut pas être établi",
    ),
}


@pytest.mark.parametrize("direction", Direction)
def test_every_letter_says_what_is_replaced_and_warns_of_what_goes_back(direction: Direction) -> None:
    """In both bodies and languages; older, and what can't be compared, stand apart."""
    warns = direction in {Direction.OLDER, Direction.UNKNOWN}
    for event in set(Event) - {Event.SUCCEEDED}:
        announced = said(event).model_copy(update={"comparison": compared(direction)})
        for language, way in zip((Language.EN, Language.FR), WAYS[direction], strict=True):
            letter, warning = LETTERS.letter(announced, audience(), language), WORDS[language].labels["warning"]
            assert way in letter.text
            assert way in Page(letter.html).text
            assert (f"{warning.upper()}{WORDS[language].labels['colon']} {way}" in letter.text) == warns
            assert (f"<strong>{warning}" in letter.html) == warns


def test_what_was_replaced_is_told_of_what_is_deployed() -> None:
    """Production has it by now."""
    announced = said(Event.SUCCEEDED).model_copy(update={"comparison": compared(Direction.OLDER)})
    assert "3.2.0 → 2.1.0: older than what was in production" in LETTERS.letter(announced, audience()).text


def test_who_decides_reads_what_else_is_open_and_others_do_not() -> None:
    """By number, version and state; of many the first ones, and that there are more."""
    comparison = compared(Direction.NEWER, "3.3.0", *["4.0.0"] * 20)
    for event in (Event.CREATED, Event.APPROVED):
        letter = LETTERS.letter(said(event).model_copy(update={"comparison": comparison}), audience(), Language.FR)
        for words in (letter.text, Page(letter.html).text):
            assert ("PR-2026-0002\u00a0: 3.3.0, approuvée" in words) == (event is Event.CREATED)
            assert "PR-2026-0012" not in words
    assert WORDS[Language.FR].labels["cut"] not in letter.text


def test_a_check_that_did_not_pass_is_a_no() -> None:
    """It does not look like those that passed."""
    letter = LETTERS.letter(said(Event.CREATED), audience())
    assert "Staging tests: ✓ passed" in letter.text
    assert "Performance tests: ✗ not passed" in letter.text
    assert letter.html.count('<td class="no">✗ not passed</td>') == 1
    assert "NOT PASSED: Performance tests" in letter.text
    assert "Not passed: Performance tests" in Page(letter.html).text
    assert "Not passed:" not in Page(LETTERS.letter(said(Event.APPROVED), audience()).html).text


NOTES = "# What is new\n\n- **3DS2**, see [the plan](https://evil.example/)\n- `timeout` is _30 s_\n\n![x](https://evil.example/x)"


def test_release_notes_are_shown_as_they_were_meant() -> None:
    """Lists and emphasis, without a link or a picture of somebody else's; the text has them as typed."""
    letter = LETTERS.letter(said(Event.CREATED, NOTES), audience())
    for shown in ("<h3>What is new</h3>", "<strong>3DS2</strong>", "<code>timeout</code>", "<em>30 s</em>", "<li>"):
        assert shown in letter.html
    assert "[the plan](https://evil.example/)" in Page(letter.html).text
    assert Page(letter.html).links == ["https://prodgate.example/requests/PR-2026-0001"]
    assert "- **3DS2**, see" in letter.text


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("reason", Reason)
def test_each_reader_is_told_their_own_reason_and_where_to_choose(reason: Reason, language: Language) -> None:
    """Who gets it for the platform's sake has no page to choose on; who was asked reads that it is over."""
    letter = LETTERS.letter(said(Event.APPROVED), audience(), language, reason)
    page, words = Page(letter.html), WORDS[language]
    for text in (letter.text, page.text):
        assert [each for each in Reason if words.reasons[each].format(tenant="Finance") in text] == [reason]
        assert (words.labels["settled"] in text) == (reason is Reason.WAS_ASKED)
    choose = [] if reason is Reason.OPERATES else ["https://prodgate.example/preferences"]
    assert page.links == ["https://prodgate.example/requests/PR-2026-0001", *choose]
    assert all(link in letter.text for link in page.links)


def test_a_french_letter_retells_what_the_service_wrote() -> None:
    """With moments as the letter has them; AWX's own output stays as it is, and so does what a person wrote."""
    told = LETTERS.facts(said(Event.FAILED), audience(), Language.FR).told
    ran = told("AWX ran it from 2026-03-02T10:30:00Z to 2026-03-02T10:31:00Z.")
    assert ran == "AWX l’a exécuté du 2026-03-02 11:30 CET au 2026-03-02 11:31 CET."
    assert told("AWX says that the job failed.\n\nPLAY [x]") == "AWX indique que le job a échoué.\n\nPLAY [x]"
    approved = LETTERS.facts(said(Event.APPROVED), audience(), Language.FR)
    assert approved.told("AWX refused") == "AWX refused"


def test_a_french_letter_says_why_an_approval_lapsed() -> None:
    """In whole sentences, with the moment as the letter has it."""
    told = LETTERS.facts(said(Event.LAPSED), audience(), Language.FR).told
    old = f"{write('approval-too-old', until='2026-03-02T10:30:00Z')}; {write('approve-anew')}"
    again = "La demande doit être approuvée à nouveau."
    assert told(old) == f"L’approbation était valable jusqu’au 2026-03-02 11:30 CET. {again}"
    may_not = f"{write('approver-refused', approver='ada')}: {write('not-authorized')}; {write('approve-anew')}"
    assert told(may_not) == (
        f"ada avait approuvé, et n’en a plus le droit\u00a0: ses rôles ne le permettent pas. {again}"
    )


def test_a_standard_change_names_its_rule_and_what_satisfied_it() -> None:
    """In both languages, and with nothing to decide."""
    english = LETTERS.letter(standard(Event.APPROVED), audience(), Language.EN, Reason.DECIDES)
    assert "the company’s rule everyday approves it, and nobody has to." in english.text
    assert "Approved by: the rule everyday" in english.text
    assert f"What satisfied the rule:\n  {FACTS}" in english.text
    french = LETTERS.letter(standard(Event.APPROVED), audience(), Language.FR, Reason.REQUESTED)
    assert french.subject.endswith("changement standard, sans approbation à donner")
    assert "impact faible, évolution corrective depuis 2.2.9" in french.text
    created = LETTERS.facts(standard(Event.CREATED), audience(), Language.EN)
    assert (created.action, created.heading) == ("Open the request", "standard change, no approval needed")


def test_french_has_every_remark_of_the_service() -> None:
    """With no value that the record does not have."""
    assert FRENCH.keys() == TEMPLATES.keys()
    assert all(_places(FRENCH[kind]) <= set(_names(TEMPLATES[kind])) for kind in TEMPLATES)
    assert not [sentence for sentence in FRENCH.values() if re.search(" [;:?!]", sentence)]


def _names(sentence: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(sentence) if name]


def test_every_language_has_every_word_with_the_same_places() -> None:
    """None is left in another language, or asks for what others don't know."""
    english, french = WORDS[Language.EN], WORDS[Language.FR]
    for ours, theirs in zip(vars(english).values(), vars(french).values(), strict=True):
        assert ours.keys() == theirs.keys()
        assert all(_places(ours[key]) == _places(theirs[key]) for key in ours)
    assert set(english.headings) == set(english.leads) == set(Event)


def test_french_breaks_no_line_before_its_signs() -> None:
    """A space before ; : ? and ! holds on to what is before it."""
    french = [sentence for table in vars(WORDS[Language.FR]).values() for sentence in table.values()]
    assert not [sentence for sentence in french if re.search(" [;:?!]", sentence)]


def _places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name} - {"created", "source"}


def test_what_can_be_seen_stays_as_it_is() -> None:
    """Accents, scripts, emoji, tabs and lines."""
    text = "Déjà vu\t日本語 العربية 🎯\nsecond line"
    assert visible(text) == text
