"""What mails say: all of it, in both languages, and nothing that a person typed as anything but text."""

import re
import string
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from clients.letters import EXCERPT, Letters, visible
from clients.words import WORDS
from domain.announcement import Event
from domain.audience import Language
from tests.clients.announcing import HOSTILE, NAME, audience, said

LETTERS = Letters("https://prodgate.example/", Language.EN, ZoneInfo("Europe/Paris"))
BOTH = [(event, language) for event in Event for language in Language]


class Page(HTMLParser):
    """What a mail program would make of a page: its elements, links, and text."""

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
    assert (page.elements, page.attributes, page.links) == (harmless.elements, harmless.attributes, harmless.links)
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
    """What the requester needs to act on."""
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
