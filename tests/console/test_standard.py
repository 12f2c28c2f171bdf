"""A standard change: the form says that nobody has to approve, its page why; a failed deployment ends that."""

import asyncio
import itertools
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from record.git.repository import open_repository
from record.index.reader import Index
from tests.console.conftest import Sit
from tests.console.desk import PHONE
from tests.console.test_flows import fresh_name
from tests.console.words import EN, FR, Words
from tests.e2e.stack import Stack
from tests.past import History
from tests.record.building import person_commits
from tests.rules import rule
from tests.signing import key_file, service_key_file

_numbers = itertools.count(700_000, 1_000)
"""The numbers after which pasts begin, far from those of other tests."""


@dataclass(frozen=True)
class StandardWords:
    """What the console says of standard changes."""

    title: str
    nobody: str
    send: str
    approved: str
    step: str
    clean: str
    decide: str
    gone: str
    mark: str


SAID = {
    EN.locale: StandardWords(
        title="Standard change",
        nobody="No approval will be needed",
        send="Send, and have the rule approve it",
        approved="A rule of the company approved it; nobody had to.",
        step="patch from 2.0.1",
        clean="2 clean deployments",
        decide="Not a standard change, so people decide",
        gone="The target has 0 clean deployments within 90 days, and 2 are needed.",
        mark="standard change",
    ),
    FR.locale: StandardWords(
        title="Changement standard",
        nobody="Aucune approbation ne sera nécessaire",
        send="Envoyer, la règle approuve",
        approved="Une règle de l’entreprise l’a approuvé ; personne n’avait à le faire.",  # noqa: RUF001
        step="corrective depuis 2.0.1",
        clean="2 déploiements sans incident",
        decide="Ce n’est pas un changement standard : des personnes décident",  # noqa: RUF001
        gone="La cible compte 0 déploiements sans incident en 90 jours, il en faut 2.",
        mark="standard",
    ),
}


@dataclass
class Target:
    """A target with a past of two clean deployments, and a rule that asks for as many."""

    name: str
    rule: str
    past: History
    loop: ThreadPoolExecutor

    def deploy(self, version: str, days: float, end: str = "deployed") -> None:
        self.run(self.past.deploy(version, days, end, name=self.name))

    def run(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run it where no browser is driven from."""
        self.loop.submit(asyncio.run, work).result()


@pytest.fixture
def target(stack: Stack, words: Words, tmp_path: Path) -> Iterator[Target]:
    name, git = fresh_name("standard"), stack.data / "gitops.git"
    named = f"often-{name}"
    standard = rule(named, standard={"deployments": 2, "within": "P90D"}, match={"names": [name]})
    person_commits(git, {**key_file(), **service_key_file(), **standard})
    repository = open_repository(str(git), "main", tmp_path)
    index = Index(repository, tmp_path / "index.db")
    with ThreadPoolExecutor(1) as loop:
        found = Target(name, named, History.of(repository, index, number=next(_numbers)), loop)
        found.deploy("2.0.0", 20)
        found.deploy("2.0.1", 10)
        yield found
        found.run(repository.close())
    index.close()


def test_a_standard_change_goes_from_the_form_to_production(sit: Sit, words: Words, target: Target) -> None:
    """Nobody decides; the page and the list say why."""
    said = SAID[words.locale]
    pierre = sit("pierre", words, "/requests/new")
    pierre.fill(target.name, "2.0.2")
    pierre.sees(said.nobody)
    pierre.sees(said.step)
    pierre.sees(said.clean)
    pierre.check_accessible("a form for a standard change")
    pierre.page.set_viewport_size(PHONE)
    pierre.check_accessible("a form for a standard change, on a phone")
    pierre.page.set_viewport_size({"width": 1280, "height": 900})
    pierre.button(said.send).click()
    pierre.sees_state(words.deployed)
    region = pierre.page.get_by_role("region", name=said.title, exact=True)
    for text in (said.approved, target.rule, said.step, said.clean):
        expect(region).to_contain_text(text)
    pierre.check_accessible_in_both_themes("the page of a standard change")
    pierre.page.set_viewport_size(PHONE)
    pierre.check_accessible("the page of a standard change, on a phone")
    jean = sit("jean", words, f"/requests?tab=all&q={target.name}")
    expect(jean.page.locator("[data-mark=standard]").filter(has_text=said.mark)).to_have_count(1)
    jean.check_accessible("a list with a standard change")


def test_a_failed_deployment_takes_the_privilege_away(sit: Sit, words: Words, target: Target) -> None:
    """The form says so and who decides, and so does the page of the request that waits."""
    said = SAID[words.locale]
    target.deploy("2.0.2", 5, "failed")
    pierre = sit("pierre", words, "/requests/new")
    pierre.fill(target.name, "2.0.3")
    pierre.sees(said.decide)
    pierre.sees(said.gone)
    pierre.sees("Claire Moreau")
    pierre.check_accessible("a form for what is no standard change any more")
    pierre.button(words.send).click()
    pierre.sees_state(words.pending)
    expect(pierre.page.get_by_role("region", name=said.title, exact=True)).to_contain_text(said.gone)
    pierre.check_accessible("the page of what is no standard change any more")
