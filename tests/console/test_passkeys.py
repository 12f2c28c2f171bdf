"""Passkeys in the console, by Chromium's own virtual authenticator: made, committed, used for a decision, withdrawn."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, CDPSession, expect

from record.audit.verify import verify
from tests.console.desk import Desk, seated
from tests.console.test_flows import asked, fresh_name
from tests.console.words import EN, FR, Words
from tests.e2e.stack import PARTS, Stack, free_ports, started
from tests.record.building import person_commits
from tests.rules import rule


@dataclass(frozen=True)
class PasskeyWords:
    """What the console says of passkeys."""

    section: str
    label: str
    make: str
    place: str
    file: str
    counts: str
    over: str
    withdraw: str
    none: str
    cancelled: str
    unfit: str


SAID = {
    EN.locale: PasskeyWords(
        section="Passkeys",
        label="Name",
        make="Make a passkey",
        place="Place in the repository",
        file="The file to commit",
        counts="confirms your decisions",
        over="counts no more",
        withdraw="Withdraw",
        none="you have none that counts",
        cancelled="the prompt was closed",
        unfit="Nothing was sent",
    ),
    FR.locale: PasskeyWords(
        section="Clés d’accès",  # noqa: RUF001
        label="Nom",
        make="Créer une clé d’accès",  # noqa: RUF001
        place="Place dans le dépôt",
        file="Le fichier à enregistrer",
        counts="confirme vos décisions",
        over="ne compte plus",
        withdraw="Retirer",
        none="vous n’en avez aucune qui compte",  # noqa: RUF001
        cancelled="la demande a été fermée",
        unfit="Rien n’est parti",  # noqa: RUF001
    ),
}
APPROVERS = {EN.locale: ("jean", "jean.dupont@cab-i.com"), FR.locale: ("claire", "claire.moreau@cab-i.com")}
"""Somebody for each language: a first passkey is somebody's once."""


class LocalStack(Stack):
    """The stack at a name: browsers make no passkey for an address that is a number."""

    @property
    def api(self) -> str:
        return f"http://localhost:{self.ports['port']}"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of its own, whose rule asks for passkeys where the impact is medium."""
    ports = dict(zip(PARTS, free_ports(len(PARTS)), strict=True))
    given = {"PRODGATE_PUBLIC_URL": f"http://localhost:{ports['port']}"}
    data = tmp_path_factory.mktemp("passkeys") / "data"
    with started(LocalStack(data, job_seconds=1.0, settings=given, ports=ports)) as stack:
        stack.open_catalogue()
        person_commits(data / "gitops.git", rule("keys", passkey="required", match={"impacts": ["medium"]}))
        yield stack


@dataclass
class Device:
    """A virtual authenticator of the page's browser. https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn"""

    session: CDPSession
    id: str

    def verifies(self, verified: bool) -> None:
        """Whether it recognises its user from now on."""
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": verified})


def plugged(desk: Desk) -> Device:
    """A new authenticator in the desk's browser."""
    session = desk.context.new_cdp_session(desk.page)
    session.send("WebAuthn.enable")
    asked_for = {"protocol": "ctap2", "transport": "usb", "hasResidentKey": True, "hasUserVerification": True}
    asked_for |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": asked_for})
    return Device(session, made["authenticatorId"])


@contextmanager
def at_desk(browser: Browser, stack: Stack, words: Words) -> Iterator[Desk]:
    with seated(browser, stack, words) as desk:
        desk.expect_fault("403")
        yield desk


def test_a_passkey_is_made_brought_used_and_withdrawn(browser: Browser, stack: Stack, words: Words) -> None:
    """A prompt that fails sends nothing; a first passkey counts when it is committed, and no more once withdrawn."""
    said, (who, email) = SAID[words.locale], APPROVERS[words.locale]
    ticket, other = (asked(stack, fresh_name("keys"), impactAssessment="medium") for _ in range(2))
    with at_desk(browser, stack, words) as desk:
        desk.sign_in(who, f"/requests/{ticket}")
        device = plugged(desk)
        desk.decide(words.approve)
        expect(desk.dialog).to_contain_text(said.none)
        desk.check_accessible("a decision that takes a passkey of somebody without any")

        desk.go("/preferences")
        own = desk.page.get_by_role("region", name=said.section)
        device.verifies(False)
        own.get_by_label(said.label).fill("Blue key")
        own.get_by_role("button", name=said.make).click()
        expect(own.get_by_role("alert")).to_contain_text(said.cancelled)
        desk.check_accessible("preferences after a prompt that failed")
        device.verifies(True)
        own.get_by_role("button", name=said.make).click()
        path, text = (own.get_by_label(each).input_value() for each in (said.place, said.file))
        assert path.startswith(f"passkeys/{email}/")
        desk.check_accessible("preferences with a passkey to commit")
        person_commits(stack.data / "gitops.git", {path: text})

        desk.go("/preferences")
        expect(own.get_by_text(said.counts)).to_be_visible()
        desk.open(ticket)
        device.verifies(False)
        desk.decide(words.approve)
        expect(desk.dialog).to_contain_text(said.unfit)
        desk.check_accessible("a decision whose passkey was not given")
        device.verifies(True)
        desk.dialog.get_by_role("button", name=words.approve, exact=True).click()
        desk.sees_state(words.deployed)

        desk.go("/preferences")
        own.get_by_role("button", name=f"{said.withdraw}: Blue key").click()
        expect(own.get_by_text(said.over)).to_be_visible()

        desk.open(other)
        desk.decide(words.approve)
        expect(desk.dialog).to_contain_text(said.none)
    assert list(verify(stack.data / "gitops.git")) == []
