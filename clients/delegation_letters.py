"""Mails about a delegation in words: that it begins, and that somebody ended it before its time."""

# ruff: noqa: RUF001  typographic apostrophes are what French has

import re
from collections.abc import Mapping
from dataclasses import dataclass

from clients.letters import EXCERPT, TEMPLATES, Letter, Letters, one_line, visible
from clients.words import WORDS
from domain.audience import Contact, Language
from domain.delegation_notices import DelegationEvent, DelegationNotice
from domain.delegations import Delegation
from domain.roles import same_address


@dataclass(frozen=True)
class DelegationWords:
    """One language's sentences, with places in braces, for the delegate and for the giver; and the labels of facts."""

    headings: Mapping[DelegationEvent, str]
    leads: Mapping[DelegationEvent, str]
    to_giver: str
    bounds: str
    votes_stay: str
    labels: Mapping[str, str]


@dataclass(frozen=True)
class DelegationFacts:
    """A notice as its templates tell it to one of the delegation's people, `to_giver` or to the delegate."""

    notice: DelegationNotice
    letters: Letters
    language: Language
    to_giver: bool

    @property
    def words(self) -> DelegationWords:
        return DELEGATION_WORDS[self.language]

    @property
    def t(self) -> dict[str, str]:
        return {**WORDS[self.language].labels, **self.words.labels}

    @property
    def begins(self) -> bool:
        return self.notice.event is DelegationEvent.BEGUN

    @property
    def heading(self) -> str:
        return self._filled(self.words.headings[self.notice.event])

    @property
    def lead(self) -> str:
        return self._filled(self.words.to_giver if self.to_giver else self.words.leads[self.notice.event])

    @property
    def beneath(self) -> str:
        """The bounds of what was handed over; of one that ended, what becomes of the votes."""
        return self._filled(self.words.bounds if self.begins else self.words.votes_stay)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The labels and values of its table."""
        given, t = self.notice.delegation, self.t
        found = [(t["giver"], self._giver), (t["delegate"], self._delegate)]
        found += [(t["from"], self._moment(given, "since")), (t["until"], self._moment(given, "until"))]
        tenants = ", ".join(map(one_line, self.notice.tenants))
        return [*found, (t["tenants"], tenants or t["all_tenants"])]

    @property
    def link(self) -> str:
        """The page that lists what waits for the delegate; for what has ended, the one that lists delegations."""
        return f"{self._root}/requests?tab=waiting" if self.begins else self.choose

    @property
    def choose(self) -> str:
        return f"{self._root}/preferences"

    def excerpt(self, text: str) -> str:
        """The beginning of a person's text, with all of it visible."""
        shown = visible(text.strip())
        return shown if len(shown) <= EXCERPT else f"{shown[:EXCERPT]}…"

    @property
    def _root(self) -> str:
        return self.letters.public_url.rstrip("/")

    @property
    def _giver(self) -> str:
        return one_line(self.notice.giver)

    @property
    def _delegate(self) -> str:
        return one_line(self.notice.delegate)

    def _moment(self, given: Delegation, name: str) -> str:
        return f"{getattr(given, name).astimezone(self.letters.zone):%Y-%m-%d %H:%M %Z}"

    def _filled(self, sentence: str) -> str:
        until = self._moment(self.notice.delegation, "until")
        by = one_line(self.notice.ended_by or "")
        return sentence.format(giver=self._giver, delegate=self._delegate, until=until, by=by)


def delegation_letter(letters: Letters, notice: DelegationNotice, contact: Contact) -> Letter:
    """The mail that says it to the contact, in their language or the installation's."""
    to_giver = same_address(contact.person.email) == same_address(notice.delegation.giver)
    facts = DelegationFacts(notice, letters, contact.language or letters.language, to_giver)
    html, text = (
        TEMPLATES.get_template(f"delegation.{kind}").render(facts=facts, t=facts.t, given=notice.delegation)
        for kind in ("html", "txt")
    )
    subject = f"Prodgate{facts.t['colon']} {facts.heading}"
    return Letter(subject, re.sub(r"\n{3,}", "\n\n", text), html)


DELEGATION_WORDS: Mapping[Language, DelegationWords] = {
    Language.EN: DelegationWords(
        headings={
            DelegationEvent.BEGUN: "you may decide for {giver}",
            DelegationEvent.WITHDRAWN: "the vote of {giver} is no longer handed to {delegate}",
        },
        leads={
            DelegationEvent.BEGUN: "{giver} has handed their vote over to you until {until}.",
            DelegationEvent.WITHDRAWN: "{by} has ended it: you no longer decide for {giver}.",
        },
        to_giver="{by} has ended it: {delegate} no longer decides for you.",
        bounds="You may approve and reject for {giver}, as they may themselves, and take such a vote back; nothing "
        "else, and never what one of you has asked for. The two of you are one vote.",
        votes_stay="Votes that {delegate} gave for {giver} stay.",
        labels={
            "giver": "Whose vote",
            "delegate": "Handed to",
            "from": "From",
            "until": "Until",
            "tenants": "Tenants",
            "all_tenants": "all of theirs",
            "see_delegations": "See your delegations",
            "why_delegation": "You get this because a vote was handed to you, or by you.",
        },
    ),
    Language.FR: DelegationWords(
        headings={
            DelegationEvent.BEGUN: "vous pouvez décider pour {giver}",
            DelegationEvent.WITHDRAWN: "la voix de {giver} n’est plus confiée à {delegate}",
        },
        leads={
            DelegationEvent.BEGUN: "{giver} vous a confié sa voix jusqu’au {until}.",
            DelegationEvent.WITHDRAWN: "{by} y a mis fin\u00a0: vous ne décidez plus pour {giver}.",
        },
        to_giver="{by} y a mis fin\u00a0: {delegate} ne décide plus pour vous.",
        bounds="Vous pouvez approuver et rejeter pour {giver}, comme cette personne le peut elle-même, et retirer une "
        "telle voix\u202f; rien d’autre, et jamais sur ce que l’un de vous a demandé. À vous deux, vous ne comptez que "
        "pour une voix.",
        votes_stay="Les voix que {delegate} a données pour {giver} restent.",
        labels={
            "giver": "Voix de",
            "delegate": "Confiée à",
            "from": "Du",
            "until": "Au",
            "tenants": "Tenants",
            "all_tenants": "tous les siens",
            "see_delegations": "Voir vos délégations",
            "why_delegation": "Vous recevez ce message car une voix vous a été confiée, ou l’a été par vous.",
        },
    ),
}
