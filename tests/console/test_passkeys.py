"""Passkeys in the console, by Chromium's own virtual authenticator: made, committed, used for a decision, withdrawn."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import Browser, CDPSession, Route, expect

from record.audit.verify import verify
from tests.console.conftest import IN_ENGLISH
from tests.console.desk import PHONE, Desk, seated
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
    known: str
    made: str
    unproven: str


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
        known="has a passkey of yours already",
        made="The passkey Spare key counts now",
        unproven="does not prove this decision",
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
        known="a déjà une clé d’accès à vous",  # noqa: RUF001
        made="La clé d’accès Spare key compte désormais",  # noqa: RUF001
        unproven="ne prouve pas cette décision",
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

    def touched(self, touched: bool) -> None:
        """Whether somebody touches it as soon as it asks."""
        given = {"authenticatorId": self.id, "enabled": touched}
        self.session.send("WebAuthn.setAutomaticPresenceSimulation", given)

    @property
    def credential(self) -> dict[str, Any]:
        """The one credential that it has, with its private key."""
        (found,) = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"]
        return dict(found)

    def takes(self, credential: dict[str, Any]) -> None:
        self.session.send("WebAuthn.addCredential", {"authenticatorId": self.id, "credential": credential})

    def pulled(self) -> None:
        self.session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.id})


def plugged(desk: Desk, before: Device | None = None) -> Device:
    """A new authenticator in the desk's browser, where there was one before or none."""
    session = before.session if before else desk.context.new_cdp_session(desk.page)
    if not before:
        session.send("WebAuthn.enable")
    asked_for = {"protocol": "ctap2", "transport": "usb", "hasResidentKey": True, "hasUserVerification": True}
    asked_for |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": asked_for})
    return Device(session, made["authenticatorId"])


@contextmanager
def at_desk(browser: Browser, stack: Stack, words: Words, **given: Any) -> Iterator[Desk]:
    with seated(browser, stack, words, **given) as desk:
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


def make(desk: Desk, label: str) -> None:
    """Ask for a passkey of that name, in the preferences."""
    own = desk.page.get_by_role("region", name=SAID[desk.words.locale].section)
    own.get_by_label(SAID[desk.words.locale].label).fill(label)
    own.get_by_role("button", name=SAID[desk.words.locale].make).click()


def make_first(desk: Desk, said: PasskeyWords) -> None:
    """Make somebody's first passkey, and have people commit it."""
    desk.go("/preferences")
    make(desk, "Blue key")
    own = desk.page.get_by_role("region", name=said.section)
    path, text = (own.get_by_label(each).input_value() for each in (said.place, said.file))
    person_commits(desk.stack.data / "gitops.git", {path: text})
    desk.go("/preferences")
    expect(own.get_by_text(said.counts)).to_be_visible()


def make_further(desk: Desk, blue: Device, *, verified: bool) -> None:
    """Make one with a spare authenticator, which gives its place to the blue one for the confirmation."""
    blue.touched(False)
    spare = plugged(desk, blue)
    confirming = []

    def hand_over(route: Route) -> None:
        response = route.fetch()
        if route.request.method == "POST" and response.json()["confirm"]:
            confirming.append(response)
            spare.pulled()
            blue.verifies(verified)
            blue.touched(True)
        route.fulfill(response=response)

    desk.page.route("**/v1/passkeys", hand_over)
    with desk.page.expect_response("**/v1/passkeys"):
        make(desk, "Spare key")
    expect(desk.button(SAID[desk.words.locale].make)).not_to_have_attribute("aria-busy", "true")
    desk.page.unroute("**/v1/passkeys")
    blue.verifies(True)
    assert len(confirming) == 1


def test_a_further_passkey_is_confirmed_by_an_earlier_one(browser: Browser, stack: Stack, words: Words) -> None:
    """On a desk and on a phone. An authenticator has one passkey of somebody; a prompt that is closed leaves none."""
    said, who = SAID[words.locale], "pierre" if words is EN else "sophie"
    given: dict[str, Any] = {} if words is EN else {"viewport": PHONE, "has_touch": True}
    with at_desk(browser, stack, words, **given) as desk:
        desk.sign_in(who)
        blue = plugged(desk)
        make_first(desk, said)
        own = desk.page.get_by_role("region", name=said.section)
        make(desk, "The same key again")
        expect(own.get_by_role("alert")).to_contain_text(said.known)
        desk.check_accessible("preferences with an authenticator that is known")

        make_further(desk, blue, verified=False)
        expect(own.get_by_role("alert")).to_contain_text(said.cancelled)
        expect(own.get_by_text(said.counts)).to_have_count(1)
        make_further(desk, blue, verified=True)
        desk.sees(said.made)
        expect(own.get_by_text(said.counts)).to_have_count(2)
        expect(own.get_by_label(said.file)).to_have_count(0)
        desk.check_accessible("preferences with two passkeys")
        assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        own.get_by_role("button", name=f"{said.withdraw}: Spare key").click()
        expect(own.get_by_text(said.counts)).to_have_count(1)
    assert list(verify(stack.data / "gitops.git")) == []


def forged(credential: dict[str, Any]) -> dict[str, Any]:
    """The credential with a private key of somebody else's."""
    key = ec.generate_private_key(ec.SECP256R1())
    kept = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return credential | {"privateKey": base64.b64encode(kept).decode()}


@IN_ENGLISH
def test_a_foreign_authenticator_decides_nothing(browser: Browser, stack: Stack, words: Words) -> None:
    """One that has no passkey of hers, and one that pretends to have it; what she typed stays, and hers is taken."""
    said = SAID[words.locale]
    ticket = asked(stack, fresh_name("keys"), impactAssessment="medium")
    with at_desk(browser, stack, words) as desk:
        desk.sign_in("alice")
        own = plugged(desk)
        make_first(desk, said)
        credential = own.credential
        own.pulled()
        foreign = plugged(desk, own)
        desk.open(ticket)
        desk.decide(words.approve, "Read the plan twice")
        expect(desk.dialog).to_contain_text(said.unfit)
        desk.check_accessible("a decision with an authenticator that has no passkey of the reader's")

        foreign.takes(forged(credential))
        confirm = desk.dialog.get_by_role("button", name=words.approve, exact=True)
        confirm.click()
        expect(desk.dialog).to_contain_text(said.unproven)
        desk.check_accessible("a decision whose passkey is not the reader's")
        assert stack.states()[ticket] == "pending"

        foreign.pulled()
        plugged(desk, own).takes(credential)
        expect(desk.dialog.get_by_role("textbox")).to_have_value("Read the plan twice")
        confirm.click()
        desk.sees_state(words.deployed)
    assert list(verify(stack.data / "gitops.git")) == []
