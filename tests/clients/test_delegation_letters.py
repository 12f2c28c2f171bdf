"""Mails about delegations say all of it, in both languages, and nothing that a person typed as anything but text."""

import string

import pytest

from clients.delegation_letters import DELEGATION_WORDS, delegation_letter
from clients.letters import Letter
from domain.audience import Contact, Language
from domain.delegation_notices import DelegationEvent, DelegationNotice
from tests.clients.announcing import CLAIRE, HOSTILE, LETTERS, NAME
from tests.clients.test_letters import Page
from tests.delegating import delegation
from tests.domain.builders import JEAN, NOW

BOTH = [(event, language) for event in DelegationEvent for language in Language]


def letter(event: DelegationEvent, language: Language, *, to_giver: bool = False, hostile: bool = False) -> Letter:
    """The mail to Claire, to whom Jean handed his vote; or to him."""
    given = delegation(JEAN.email, CLAIRE.email, NOW, reason=HOSTILE[:400] if hostile else "On leave for a week")
    names = {"giver": NAME if hostile else JEAN.name, "delegate": CLAIRE.name, "ended_by": "Alice Admin"}
    notice = DelegationNotice.model_validate({"event": event, "delegation": given, "tenants": ("Finance",)} | names)
    return delegation_letter(LETTERS, notice, Contact(person=JEAN if to_giver else CLAIRE, language=language))


@pytest.mark.parametrize(("event", "language"), BOTH)
def test_a_letter_says_whose_vote_from_when_until_when_and_why(event: DelegationEvent, language: Language) -> None:
    """Both bodies; its links lead to pages where one signs in."""
    made = letter(event, language)
    page = Page(made.html)
    waiting = "requests?tab=waiting" if event is DelegationEvent.BEGUN else "preferences"
    assert page.links == [f"https://prodgate.example/{waiting}", "https://prodgate.example/preferences"]
    for words in (made.text, page.text):
        for fact in (JEAN.name, CLAIRE.name, "2026-03-02 09:30 UTC", "2026-03-09 09:30 UTC", "Finance"):
            assert fact in words
        assert "On leave for a week" in words
    assert JEAN.name in made.subject


@pytest.mark.parametrize(("event", "language"), BOTH)
def test_what_people_typed_is_text_in_every_letter(event: DelegationEvent, language: Language) -> None:
    """No element, attribute, line of the subject or direction of the text is theirs to make."""
    kind, hostile = letter(event, language), letter(event, language, hostile=True)
    harmless, page = Page(kind.html), Page(hostile.html)
    assert (page.elements, page.attributes, page.links) == (harmless.elements, harmless.attributes, harmless.links)
    assert "\n" not in hostile.subject
    for words in (hostile.text, hostile.html):
        assert not [each for each in words if each in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\x07\x1b"]


@pytest.mark.parametrize("language", Language)
def test_the_giver_is_told_of_an_end_in_their_own_words(language: Language) -> None:
    """The delegate no longer decides for them; who ended it is named."""
    told = letter(DelegationEvent.WITHDRAWN, language, to_giver=True)
    filled = DELEGATION_WORDS[language].to_giver.format(by="Alice Admin", delegate=CLAIRE.name)
    assert filled in told.text
    assert filled not in letter(DelegationEvent.WITHDRAWN, language).text


def test_every_language_has_the_same_words_with_the_same_places() -> None:
    """What one says, the other does."""
    places = [_places(DELEGATION_WORDS[language]) for language in Language]
    assert places[0] == places[1]


def _places(words: object) -> dict[str, object]:
    def of(value: object) -> object:
        if isinstance(value, str):
            return sorted({name for _, name, _, _ in string.Formatter().parse(value) if name})
        assert isinstance(value, dict)
        return {key: of(each) for key, each in value.items()}

    return {name: of(value) for name, value in vars(words).items()}
