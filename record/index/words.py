"""The words that a free-text search finds: every beginning of every part of a word, without case and accents."""

import re
import unicodedata
from functools import lru_cache

from domain.ticket import SYSTEM, PromotionRequest

_PART = re.compile(r"[^\W_]+")
_LONGEST = 64
"""Characters of a word that count."""
_SHORT = 3
"""Beginnings up to this length are terms of their own, since very many words begin alike."""
_BEGINNING = "^"
_WORD = "="


def folded(text: str) -> str:
    """The text without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in decomposed if not unicodedata.combining(each))


def _tails(word: str) -> list[str]:
    """The word from each of its parts on: `dupont@cab-i.com` is found by dupont, cab-i and com too."""
    kept = folded(word)[:_LONGEST].rstrip("\"'.,;:!?()[]{}<>")
    return [kept[part.start() :] for part in _PART.finditer(kept)]


@lru_cache(maxsize=20_000)
def word_terms(word: str, *, parts: bool = True) -> frozenset[str]:
    """The terms under which one word is found: by the beginnings of each of its parts, or by its own alone."""
    tails = _tails(word)[: None if parts else 1]
    beginnings = (_BEGINNING + tail[:length] for tail in tails for length in range(1, _SHORT + 1))
    return frozenset((*(_WORD + tail for tail in tails), *beginnings))


def number_terms(ticket_id: str) -> set[str]:
    """An id is found by each beginning; as one word among 100,000 it would have to be looked for among all of them."""
    return {_BEGINNING + tail[:length] for tail in _tails(ticket_id) for length in range(1, len(tail) + 1)}


def terms(ticket: PromotionRequest) -> frozenset[str]:
    """Every term under which a search finds the ticket: id, names, version, people and justification."""
    meta, target, history = ticket.metadata, ticket.spec.target, ticket.status.history
    people = (meta.created_by, *(entry.by for entry in history if entry.by != SYSTEM))
    words = (*people, target.name, target.version, meta.tenant, *ticket.spec.request.justification.split())
    return frozenset().union(number_terms(ticket.id), *map(word_terms, set(words)))


def asked(text: str) -> tuple[str, ...]:
    """The beginnings of words that a search asks for, each to be found by `lookups`."""
    return tuple(dict.fromkeys(tails[0] for tails in map(_tails, text.split()) if tails))


def lookups(beginning: str) -> tuple[str, tuple[str, str] | None]:
    """The places of the tickets with a word that begins so: one term, and a range of terms, if it is not covered."""
    if len(beginning) <= _SHORT:
        return _BEGINNING + beginning, None
    return _BEGINNING + beginning, (_WORD + beginning, _WORD + beginning + "\U0010ffff")
