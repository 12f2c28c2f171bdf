"""Announcements in words: what a mail, or a message in Slack, says of a ticket, in the reader's language."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from clients.markup import html_of
from clients.remarks import retold
from clients.words import WORDS, Words
from domain.announcement import Announcement, Event
from domain.audience import Audience, Language, Reason
from domain.escalation import waits_since
from domain.roles import same_address
from domain.summary import Summary
from domain.ticket import SYSTEM, SYSTEM_NAME, Action, HistoryEntry
from domain.versions import Direction

EXCERPT = 2_000
"""Characters of a person's text that an announcement shows; the page has the rest."""

MOST_OTHERS = 10
"""Other open requests that an announcement names."""

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ENVIRONMENTS = {"staging": "STAGING", "prod": "PROD"}


def visible(text: str) -> str:
    """The text with nothing in it that can't be seen: marks that turn the direction, and controls, get a name."""
    return "".join(each if _harmless(each) else f"[U+{ord(each):04X}]" for each in text.replace("\r\n", "\n"))


def _harmless(character: str) -> bool:
    return character in "\n\t" or not (character in _BIDI or unicodedata.category(character) in {"Cc", "Zl", "Zp"})


def one_line(text: str) -> str:
    """The text on one line, fit for a header."""
    return re.sub(r"\s+", " ", visible(text)).strip()


@dataclass(frozen=True)
class Letter:
    """One mail's subject and its two bodies, which say the same."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Facts:
    """An announcement as templates and messages tell it. `words` are the language's, `t` its labels.

    `choose` is where the reader chooses what they get, None for who has no such page.
    """

    said: Announcement
    audience: Audience
    language: Language
    link: str
    zone: tzinfo
    reason: Reason = Reason.OPERATES
    choose: str | None = None

    @property
    def words(self) -> Words:
        return WORDS[self.language]

    @property
    def t(self) -> dict[str, str]:
        return dict(self.words.labels)

    @cached_property
    def entry(self) -> HistoryEntry:
        """The change that it is about."""
        return self.said.ticket.status.history[self.said.number - 1]

    @property
    def what(self) -> str:
        target = self.said.ticket.spec.target
        return f"{target.name} {target.version}"

    @property
    def environment(self) -> str:
        return self._environment(self.said.ticket.spec.target.target_environment)

    @property
    def tenant(self) -> str:
        return one_line(self.audience.tenant_name)

    @property
    def heading(self) -> str:
        if self.said.declares:
            return self.t["emergency"]
        return self.t["standard"] if self._by_rule else self.words.headings[self.said.event]

    @property
    def subject(self) -> str:
        """Ticket, target, event; without a word that a person typed freely."""
        return f"[{self.said.ticket.id}] {self.what} → {self.environment}{self.t['colon']} {self.heading}"

    @property
    def lead(self) -> str:
        ticket = self.said.ticket
        lead = self.t["standard_lead"] if self._by_rule else self.words.leads[self.said.event]
        lead = self.t["unwell_lead"] if self._unwell else lead
        declared = ticket.emergency
        return (self.t["emergency_lead"] if self.said.declares else lead).format(
            what=self.what,
            by=self.name(self.entry.by),
            requester=self.name(ticket.metadata.created_by),
            source=self._environment(ticket.spec.target.source_environment),
            environment=self.environment,
            rule=self.said.rule,
            declarer=self.name(declared.by) if declared else "?",
            answer_by=self.answer_by or "?",
            newer=self.entry.superseded_by or self.t["newer"],
            created=self.moment(ticket.metadata.created_at),
            decide_by=self.moment(self.said.decide_by) if self.said.decide_by else "?",
            waits_since=self.moment(waits_since(ticket)),
            asked=self.asked,
        )

    @property
    def _unwell(self) -> bool:
        """Tells whether the job succeeded, and the target's own check did not hold."""
        before = self.said.ticket.status.history[max(self.said.number - 2, 0)]
        return self.said.event is Event.FAILED and before.action is Action.VERIFYING

    @property
    def asked(self) -> str:
        """Those whom a rule asks now, as the lead names them; empty where none does."""
        asked = self.said.escalates_to
        if asked is None:
            return ""
        return self.t["asked_group"].format(group=asked.group) if asked.group else self.t[f"asked_role_{asked.role}"]

    @property
    def press(self) -> str | None:
        """Says to whom a rule asks, and who may not decide, that others have to."""
        answers = self.said.event is Event.OVERDUE
        return self.t["press_answer" if answers else "press"] if self.reason is Reason.ASKED else None

    @property
    def answer_by(self) -> str | None:
        """Until when somebody has to answer for the emergency; None for a usual approval."""
        declared = self.said.ticket.emergency
        return self.moment(declared.answer_by) if declared and declared.answer_by else None

    @property
    def _by_rule(self) -> bool:
        """Tells whether it says that a rule approved."""
        return self.said.rule is not None and self.said.event in {Event.CREATED, Event.APPROVED}

    @property
    def approver(self) -> str | None:
        """The person who approved, or the rule; None where nobody has."""
        status, approval = self.said.ticket.status, self.said.ticket.rule_approval
        if approval is not None:
            return self.t["by_rule"].format(rule=approval.rule)
        return self.name(status.approved_by) if status.approved_by else None

    @property
    def way(self) -> str | None:
        """Says what is replaced, and which way that goes: `3.2.0 → 2.3.0: older …`; None where nobody compared."""
        compared = self.said.comparison
        if compared is None:
            return None
        done = compared.direction is Direction.OLDER and self.said.event is Event.SUCCEEDED
        sentence = self.t["older_before"] if done else self.words.ways[compared.direction]
        return sentence.format(before=compared.replaces, now=self.said.ticket.spec.target.version)

    @property
    def warning(self) -> str | None:
        """The same, where whoever reads it should look twice."""
        return self.way if self.said.comparison and self.said.comparison.warns else None

    @property
    def others(self) -> list[str]:
        """The other open requests of the target, for who decides: `PR-2026-0002: 3.3.0, approved`."""
        if self.said.comparison is None or not self.said.asks:
            return []
        colon, states, others = self.t["colon"], self.words.states, self.said.comparison.others
        named = [f"{each.id}{colon} {each.version}, {states[each.state]}" for each in others[:MOST_OTHERS]]
        return named if len(others) <= MOST_OTHERS else [*named, self.t["cut"]]

    @property
    def why(self) -> str:
        """The reason for which this reader gets it."""
        return self.words.reasons[self.reason].format(tenant=self.tenant)

    @property
    def settled(self) -> str | None:
        """Says to whoever was asked to decide that somebody did, or that nobody can any more."""
        return self.t["settled"] if self.reason is Reason.WAS_ASKED else None

    @property
    def failed_checks(self) -> list[str]:
        """The checks that have not passed, for who decides."""
        if not self.said.asks:
            return []
        checks = self.said.ticket.spec.pre_checks
        passed = {
            "tests": checks.staging_tests_passed,
            "security": checks.security_scan_passed,
            "performance": checks.performance_tests_passed,
        }
        return [self.t[name] for name, well in passed.items() if not well]

    @property
    def action(self) -> str:
        answers = self.reason is Reason.DECIDES and (self.said.declares or self.said.event is Event.OVERDUE)
        asks = self.said.asks and self.reason is not Reason.ASKED
        return self.t["answer" if answers else "decide" if asks else "look"]

    def name(self, address: str) -> str:
        """The owner of the address, by name where the directory knows it."""
        if address == SYSTEM:
            return SYSTEM_NAME
        known = (each.person for each in self.audience.contacts if same_address(address) in each.person.addresses)
        person = next(known, None)
        return one_line(person.name) if person else address

    def moment(self, moment: datetime) -> str:
        """A moment in the installation's zone: the same in every language, to the minute."""
        return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M %Z}"

    def told(self, text: str | None) -> str | None:
        """A text of the change that it is about, in the reader's language where the service wrote it."""
        return retold(text, self.language, self.moment) if text and self.entry.by == SYSTEM else text

    def excerpt(self, text: str) -> str:
        """The beginning of a person's text, with all of it visible."""
        shown = visible(text.strip())
        return shown if len(shown) <= EXCERPT else f"{shown[:EXCERPT]}\n{self.t['cut']}"

    @staticmethod
    def _environment(name: str) -> str:
        return _ENVIRONMENTS.get(name, name)


@dataclass(frozen=True)
class Letters:
    """Writes letters. `public_url` is where links lead to; `zone` is what moments are told in."""

    public_url: str
    language: Language
    zone: tzinfo

    def facts(
        self,
        said: Announcement,
        audience: Audience,
        language: Language | None,
        reason: Reason = Reason.OPERATES,
    ) -> Facts:
        """The announcement in this language, or in the installation's own, for who hears of it for the reason."""
        root = self.public_url.rstrip("/")
        choose = None if reason is Reason.OPERATES else f"{root}/preferences"
        link = f"{root}/requests/{said.ticket.id}"
        return Facts(said, audience, language or self.language, link, self.zone, reason, choose)

    def letter(
        self,
        said: Announcement,
        audience: Audience,
        language: Language | None = None,
        reason: Reason = Reason.OPERATES,
    ) -> Letter:
        """The mail about it."""
        facts = self.facts(said, audience, language, reason)
        name = said.event.replace("-", "_")
        html, text = (
            TEMPLATES.get_template(f"{name}.{kind}").render(
                facts=facts, t=facts.t, ticket=said.ticket, entry=facts.entry
            )
            for kind in ("html", "txt")
        )
        return Letter(facts.subject, re.sub(r"\n{3,}", "\n\n", text), html)

    def summary(self, summary: Summary, language: Language | None = None) -> Letter:
        """The mail of somebody's day."""
        language = language or self.language
        t = WORDS[language].labels
        waiting, happened = (
            [self.facts(each.said, each.audience, language) for each in lines]
            for lines in (summary.waiting, summary.happened)
        )
        number = len(waiting) + summary.more_waiting
        subject = t["summary_waiting" if number else "summary_happened"].format(number=number)
        given: dict[str, object] = {
            "subject": subject,
            "t": t,
            "language": language,
            "waiting": waiting,
            "happened": happened,
        }
        given |= {"summary": summary, "root": self.public_url.rstrip("/")}
        html, text = (TEMPLATES.get_template(f"summary.{kind}").render(given) for kind in ("html", "txt"))
        return Letter(f"Prodgate{t['colon']} {subject}", re.sub(r"\n{3,}", "\n\n", text), html)


TEMPLATES = Environment(
    loader=PackageLoader("clients", "templates/emails"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters["markdown"] = html_of
