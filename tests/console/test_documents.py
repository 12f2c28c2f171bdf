"""Whoever runs the platform changes what documents look like, and sees it before it counts; evidence is saved."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.console.conftest import IN_FRENCH, Sit
from tests.console.desk import DESK, PHONE, Desk
from tests.console.test_flows import asked, fresh_name
from tests.console.words import EN, FR, Words
from tests.e2e.stack import Stack
from tests.record.building import git

SAID = {
    EN.locale: {
        "title": "Document templates",
        "text": "Text of document.html.j2",
        "of": "Request to show",
        "look": "Show it",
        "record": "Record this version",
        "line": "document.html.j2, line 1",
        "go": "Go to line 1",
        "restore": re.compile("^Restore shipped:"),
        "sure": "Restore it",
        "pack": "Evidence pack as",
        "receipt": "Save the receipt",
        "not yet": "No checkpoint holds the end of this request yet",
        "theirs": "Load their version",
    },
    FR.locale: {
        "title": "Modèles de documents",
        "text": "Texte de document.html.j2",
        "of": "Demande à montrer",
        "look": "Montrer",
        "record": "Enregistrer cette version",
        "line": "document.html.j2, ligne 1",
        "go": "Aller à la ligne 1",
        "restore": re.compile("^Rétablir shipped:"),
        "sure": "La rétablir",
        "pack": "Dossier de preuve en",
        "receipt": "Enregistrer le reçu",
        "not yet": "Aucun point de contrôle ne couvre encore la fin de cette demande",
        "theirs": "Charger sa version",
    },
}


def pictured(desk: Desk, name: str) -> None:
    """Keep a picture of the page, for who wants to look at it (PRODGATE_TEST_PICTURES names a folder)."""
    if folder := os.environ.get("PRODGATE_TEST_PICTURES"):
        desk.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_template_is_edited_seen_recorded_and_restored(sit: Sit, stack: Stack, words: Words) -> None:
    """With a request's own data, in a frame that runs nothing of it; a fault is shown with its line."""
    said: dict[str, Any] = SAID[words.locale]
    ticket = asked(stack, fresh_name("document"), justification="<script>document.title='x'</script> twenty letters")
    alice = sit("alice", words, "/templates/evidence-pack")
    expect(alice.heading(said["title"])).to_be_visible()
    text = alice.page.get_by_label(said["text"])
    whole = text.input_value()
    text.fill("{{ nothing_of_this_name }}")
    alice.button(said["look"]).click()
    alice.expect_fault("422")
    alice.sees(said["line"])
    alice.button(said["go"]).click()
    expect(text).to_be_focused()
    pictured(alice, f"fault-{words.locale}")
    text.fill(whole.replace("<body>", "<body><h1>Of our own</h1>"))
    alice.page.get_by_label(re.compile(said["of"])).fill(ticket)
    alice.button(said["look"]).click()
    frame = alice.page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Of our own")).to_be_visible()
    expect(frame.get_by_text("<script>document.title='x'</script>")).to_be_visible()
    pictured(alice, f"preview-{words.locale}")
    alice.expect_fault("postMessage")  # axe speaks to every frame, and the origin of this one is nobody's
    alice.check_accessible("a template with its preview")
    alice.button(said["record"]).click()
    expect(alice.page.get_by_role("status").get_by_text(re.compile("[0-9a-f]{10}")).first).to_be_visible()
    record = stack.data / "gitops.git"
    assert git(record, "log", "-1", "--format=%ae %s", "main", "--", "templates") == (
        "alice.admin@cab-i.com Change the template evidence-pack"
    )
    alice.page.get_by_role("button", name=said["restore"]).click()
    alice.check_accessible("restoring a version")
    alice.dialog.get_by_role("button", name=said["sure"]).click()
    expect(alice.dialog).to_be_hidden()
    expect(text).to_have_value(whole)


@IN_FRENCH
def test_somebody_elses_version_is_not_overwritten(sit: Sit, stack: Stack, words: Words) -> None:
    """Two admins edit one version: the later one is told, and loads what the other recorded."""
    said: dict[str, Any] = SAID[words.locale]
    first, second = (sit("alice", words, "/templates/change-register") for _ in range(2))
    for desk, added in ((first, "<!-- first -->"), (second, "<!-- second -->")):
        text = desk.page.get_by_label(said["text"])
        text.fill(text.input_value() + f"\n{added}")
    first.button(said["record"]).click()
    expect(first.page.get_by_role("status").get_by_text(re.compile("[0-9a-f]{10}")).first).to_be_visible()
    second.expect_fault("412")
    second.button(said["record"]).click()
    second.button(said["theirs"]).click()
    expect(second.page.get_by_label(said["text"])).to_have_value(re.compile("first -->$"))


LOOKS: dict[str, dict[str, Any]] = {
    "a light desk": {"viewport": DESK},
    "a dark phone": {"viewport": PHONE, "has_touch": True, "color_scheme": "dark"},
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_templates_are_accessible(sit: Sit, look: dict[str, Any]) -> None:
    """On a desk and on a phone, in a theme each."""
    alice = sit("alice", EN, "/templates", **look)
    expect(alice.heading("Document templates")).to_be_visible()
    expect(alice.page.get_by_label("Text of document.html.j2")).to_be_visible()
    alice.check_accessible("templates")
    pictured(alice, f"templates-{look['viewport']['width']}")


def test_evidence_is_saved_from_the_requests_page(sit: Sit, stack: Stack, words: Words) -> None:
    """In each format, in the reader's language; nobody else is offered templates."""
    ticket = asked(stack, fresh_name("evidence"))
    jean = sit("jean", words, f"/requests/{ticket}")
    for form, beginning in (("PDF", b"%PDF"), ("HTML", b"<!doctype"), ("XLSX", b"PK")):
        with jean.page.expect_download() as saved:
            jean.button(f"{SAID[words.locale]['pack']} {form}").click()
        assert saved.value.suggested_filename == f"{ticket}-evidence.{form.lower()}"
        content = Path(saved.value.path()).read_bytes()
        assert content.startswith(beginning)
        if form == "HTML":
            assert f'<html lang="{words.locale[:2]}">'.encode() in content
    expect(jean.places().filter(has_text=re.compile("^(Reports|Rapports)$"))).to_be_visible()
    expect(jean.page.get_by_role("menuitem", name=re.compile("^(Templates|Modèles)$"))).to_have_count(0)
    pictured(jean, f"evidence-{words.locale}")


def test_a_receipt_is_offered_once_a_request_is_over(sit: Sit, stack: Stack, words: Words) -> None:
    """To who may see the whole platform; until a checkpoint holds the end, the page says so in plain words."""
    said: dict[str, Any] = SAID[words.locale]
    ticket = asked(stack, fresh_name("receipt"))
    alice = sit("alice", words, f"/requests/{ticket}")
    expect(alice.button(f"{said['pack']} PDF")).to_be_visible()
    expect(alice.button(said["receipt"])).to_have_count(0)
    stack.call("jean.dupont@cab-i.com", "POST", f"/{ticket}/reject", {"reason": "The rollback plan lacks the database"})
    alice.expect_fault("409")
    alice.button(said["receipt"]).click()
    expect(alice.page.get_by_role("alert").filter(has_text=said["not yet"])).to_be_visible()
    alice.check_accessible("a receipt that is not there yet")
    pictured(alice, f"receipt-{words.locale}")
    jean = sit("jean", words, f"/requests/{ticket}")
    expect(jean.button(f"{said['pack']} PDF")).to_be_visible()
    expect(jean.button(said["receipt"])).to_have_count(0)
