"""Documents over HTTP: who gets the evidence of what, and who changes the templates that make it."""

import io
import json
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import openpyxl
import pytest

from documents.shipped import shipped
from domain.documents import DocumentKind
from tests.api.house import ALICE, CLAIRE, EMMA, JEAN, PIERRE, SOPHIE, VICTOR, Caller, Connect, House, opened, problem
from tests.record.building import git, person_commits
from tests.signing import KEY, key_file

TEMPLATE = "/v1/templates/evidence-pack"
FILES = shipped(DocumentKind.EVIDENCE_PACK).files


def text_of(pdf: bytes, tmp_path: Path) -> str:
    """The text of a PDF file, as `pdftotext` reads it."""
    (tmp_path / "made.pdf").write_bytes(pdf)
    return subprocess.run(
        ["pdftotext", "-layout", tmp_path / "made.pdf", "-"], capture_output=True, check=True, text=True
    ).stdout


def changed(**files: str) -> dict[str, dict[str, str]]:
    """A body with one line more at the end of a file, by the end of its name."""
    made = dict(FILES)
    for ending, added in files.items():
        (name,) = (each for each in made if each.split(".")[-2] == ending or each.startswith(ending))
        made[name] += added
    return {"files": made}


def tag(caller: Caller) -> str:
    return caller.get(TEMPLATE).headers["ETag"]


def test_evidence_says_who_did_what_and_what_proves_it(house: House, tmp_path: Path) -> None:
    """Request, people, keys, the commit of each act, and the result of checking them; in the language asked for."""
    ticket = house.as_(PIERRE).create()
    ticket_id = ticket["metadata"]["id"]
    assert house.as_(JEAN).decide("approve", ticket_id).status_code == 200
    answer = house.as_(JEAN).get(f"/{ticket_id}/evidence", params={"format": "pdf", "language": "fr"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{ticket_id}-evidence.pdf"'
    assert answer.headers["X-Template-Version"] == shipped(DocumentKind.EVIDENCE_PACK).version
    said = text_of(answer.content, tmp_path)
    commits = git(house.git, "log", "--format=%H", f"--grep=^Request-Id: {ticket_id}$", "main").split()
    assert len(commits) >= 2
    for each in (ticket_id, "Dossier de preuve", "Pierre Durand", "Jean Dupont", *commits[-2:]):
        assert each in said
    assert "Chaque acte de cette demande est prouvé." in said
    assert "signé par l'API" in said


def test_its_data_is_attached(house: House, tmp_path: Path) -> None:
    """As JSON in the PDF file, for programs."""
    ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
    file = tmp_path / "made.pdf"
    file.write_bytes(house.as_(PIERRE).get(f"/{ticket_id}/evidence").content)
    subprocess.run(["pdfdetach", "-saveall", "-o", tmp_path, file], capture_output=True, check=True)
    data = json.loads((tmp_path / "data.json").read_text("utf-8"))
    assert data["ticket"]["metadata"]["id"] == ticket_id
    assert data["verification"] == {"verified": True, "acts": 1, "proven": 1, "violations": []}
    assert data["acts"][0]["proof"]["key_state"] == "current"


def test_a_commit_that_is_not_proven_is_found(own_house: House) -> None:
    """Somebody changes the file by hand: the pack says so at its top."""
    ticket_id = own_house.as_(PIERRE).create()["metadata"]["id"]
    path = git(own_house.git, "ls-tree", "-r", "--name-only", "main", "requests/prod")
    text = git(own_house.git, "show", f"main:{path}")
    person_commits(own_house.git, {path: text.replace("PCI-DSS", "PCI-XXX") + "\n"})
    said = own_house.as_(JEAN).get(f"/{ticket_id}/evidence", params={"format": "html"}).text
    assert "Not all of this request is proven." in said
    assert "Nothing proves that pierre.durand@cab-i.com created it" in said


@pytest.fixture
def signing_house(connect_temporal: Connect, tmp_path: Path) -> Iterator[House]:
    """A house whose worker signs what the service does."""
    with opened(connect_temporal, tmp_path, answer_within=30.0, worker_key=tmp_path / "worker.json") as house:
        yield house


def test_the_services_acts_and_awxs_word_are_in_it(signing_house: House, tmp_path: Path) -> None:
    """Once the worker signs; what somebody pushes over it is named, and not shown."""
    ticket_id = signing_house.as_(PIERRE).create()["metadata"]["id"]
    signing_house.as_(JEAN).decide("approve", ticket_id)
    signing_house.until(ticket_id, "deployed")
    caller = signing_house.as_(JEAN)
    said = caller.get(f"/{ticket_id}/evidence", params={"format": "html"}).text
    assert "Every act of this request is proven." in said
    assert said.count("signed by the worker") == 2
    assert "AWX said: successful" in said
    assert re.search(r"<dt>Acts with a signature</dt><dd>4 / 4</dd>", said)
    path = git(signing_house.git, "ls-tree", "-r", "--name-only", "main", "requests/prod")
    text = git(signing_house.git, "show", f"main:{path}")
    forged = person_commits(signing_house.git, {path: text.replace("PCI-DSS", "PCI-XXX") + "\n"})
    said = caller.get(f"/{ticket_id}/evidence", params={"format": "html"}).text
    assert "Not all of this request is proven." in said
    assert "file-changed" in said
    assert forged[:10] in said
    assert "PCI-XXX" not in said


def test_a_key_that_was_retired_since_is_named(own_house: House) -> None:
    """A retired key still proves what it signed before; the pack says when it ended."""
    ticket_id = own_house.as_(PIERRE).create()["metadata"]["id"]
    person_commits(own_house.git, key_file(KEY, retired=datetime.now(UTC) + timedelta(minutes=1)))
    said = own_house.as_(JEAN).get(f"/{ticket_id}/evidence", params={"format": "html"}).text
    assert re.search(r"retired \d{4}-\d\d-\d\d", said)


@pytest.mark.parametrize(("email", "status"), [(PIERRE, 200), (JEAN, 200), (VICTOR, 200), (ALICE, 200), (EMMA, 404)])
def test_whoever_sees_a_request_gets_its_evidence(house: House, email: str, status: int) -> None:
    """Its requester and those of its tenant do; for others there is no such request."""
    ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
    assert house.as_(email).get(f"/{ticket_id}/evidence", params={"format": "html"}).status_code == status


def test_devops_get_the_evidence_of_their_own_alone(house: House) -> None:
    """As with the request itself."""
    ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
    assert house.as_(SOPHIE).get(f"/{ticket_id}/evidence").status_code == 404


def test_a_page_of_evidence_runs_nothing(house: House) -> None:
    """Markup in what somebody typed is text, and the page has no right to run or load anything."""
    typed = '<script>alert(1)</script><img src=x onerror=alert(2)> {{ 7 * 7 }} #read("/etc/passwd")'
    ticket_id = house.as_(PIERRE).create(request={"justification": typed})["metadata"]["id"]
    answer = house.as_(JEAN).get(f"/{ticket_id}/evidence", params={"format": "html"})
    assert "<script>" not in answer.text
    assert "<img" not in answer.text
    assert "{{ 7 * 7 }}" in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["Content-Disposition"].startswith("inline; ")


def test_a_workbook_has_text_where_text_was_typed(house: House) -> None:
    """A formula is one only where a spreadsheet is told so."""
    typed = "=cmd|'/c calc'!A1 and twenty characters"
    ticket_id = house.as_(PIERRE).create(request={"justification": typed})["metadata"]["id"]
    answer = house.as_(JEAN).get(f"/{ticket_id}/evidence", params={"format": "xlsx"})
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    cells = [cell for row in book["Request"].iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if cell.value == typed] == ["s"]
    assert not [cell for cell in cells if cell.data_type == "f"]


@pytest.mark.parametrize("given", [{"format": "docx"}, {"language": "de"}])
def test_an_unknown_format_is_refused(house: House, given: dict[str, str]) -> None:
    """By its name."""
    ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
    assert problem(house.as_(PIERRE).get(f"/{ticket_id}/evidence", params=given))["status"] == 422


@pytest.mark.parametrize("email", [PIERRE, JEAN, VICTOR])
def test_templates_are_whoever_runs_the_platforms(house: House, email: str) -> None:
    """They make documents of all tenants."""
    caller = house.as_(email)
    answers = [
        caller.get("/v1/templates"),
        caller.get(TEMPLATE),
        caller.post(f"{TEMPLATE}/preview", json={"files": FILES}),
        caller.call("PUT", TEMPLATE, {"If-Match": "x"}, json={"files": FILES}),
        caller.post(f"{TEMPLATE}/restore", headers={"If-Match": "x"}, json={"version": "a" * 40}),
    ]
    assert [answer.status_code for answer in answers] == [403] * 5


def test_a_template_tells_its_variables(house: House) -> None:
    """With a schema, in snake case; the shipped one counts until the record has its own."""
    found = house.as_(ALICE).get(TEMPLATE).json()
    assert found["version"] == shipped(DocumentKind.EVIDENCE_PACK).version
    assert {"ticket", "acts", "attempts", "verification", "made_at"} <= set(found["variables"]["properties"])
    assert "createdAt" not in json.dumps(found["variables"])
    assert [each["kind"] for each in house.as_(ALICE).get("/v1/templates").json()] == list(DocumentKind)


def test_an_edit_is_a_commit_of_its_person_and_a_version(own_house: House) -> None:
    """Signed by the API, with them as its author; documents name it from then on, and the earlier one comes back."""
    admin, ticket_id = own_house.as_(ALICE), own_house.as_(PIERRE).create()["metadata"]["id"]
    first = tag(admin)
    answer = admin.call("PUT", TEMPLATE, {"If-Match": first}, json=changed(html="<p>Of our own</p>"))
    assert answer.status_code == 200, answer.text
    version = answer.json()["version"]
    assert git(own_house.git, "log", "-1", "--format=%H %ae %s", "main") == (
        f"{version} {ALICE} Change the template evidence-pack"
    )
    assert re.search(r"^Signature: \S+$", git(own_house.git, "log", "-1", "--format=%B", "main"), re.MULTILINE)
    made = admin.get(f"/{ticket_id}/evidence", params={"format": "html"})
    assert "<p>Of our own</p>" in made.text
    assert made.headers["X-Template-Version"] == version
    restored = admin.post(
        f"{TEMPLATE}/restore", headers={"If-Match": f'"{version}"'}, json={"version": first.strip('"')}
    )
    assert restored.status_code == 200, restored.text
    assert "Of our own" not in admin.get(f"/{ticket_id}/evidence", params={"format": "html"}).text
    known = [each["version"] for each in admin.get(TEMPLATE).json()["versions"]]
    assert known == [restored.json()["version"], version, first.strip('"')]
    assert admin.get(TEMPLATE, params={"version": version}).json()["files"]["document.html.j2"].endswith("own</p>")


def test_of_two_edits_of_one_version_the_later_is_refused(own_house: House) -> None:
    """Nobody's work is lost unseen."""
    admin = own_house.as_(ALICE)
    first = tag(admin)
    assert admin.call("PUT", TEMPLATE, {"If-Match": first}, json=changed(html="<p>1</p>")).status_code == 200
    late = admin.call("PUT", TEMPLATE, {"If-Match": first}, json=changed(html="<p>2</p>"))
    assert (late.status_code, problem(late)["type"]) == (412, "urn:prodgate:problem:changed-since")
    assert problem(admin.call("PUT", TEMPLATE, json=changed()))["status"] == 422


FAULTS = {
    "html": ("<p>\n{{ nothing.known }}", "document.html.j2", "nothing"),
    "typ": ("\n#nothing_known", "document.typ.j2", "nothing_known"),
    "workbook": ("\n  - {title: sheet_of_nothing}", "workbook.yaml", "sheet_of_nothing"),
    "words": ("\n\t: [", "words.yaml", "YAML"),
}


@pytest.mark.parametrize(("ending", "added", "file", "reason"), [(ending, *said) for ending, said in FAULTS.items()])
def test_a_template_that_makes_no_document_is_refused(
    house: House, ending: str, added: str, file: str, reason: str
) -> None:
    """With the file, the line and the reason; nothing is recorded."""
    admin, before = house.as_(ALICE), git(house.git, "rev-parse", "main:")
    answer = admin.call("PUT", TEMPLATE, {"If-Match": tag(admin)}, json=changed(**{ending: added}))
    said = problem(answer)
    assert (answer.status_code, said["type"]) == (422, "urn:prodgate:problem:template-faulty"), said
    assert said["params"]["file"] == file
    assert reason in said["params"]["reason"]
    assert said["params"]["line"].isdigit()
    assert git(house.git, "log", "-1", "--format=%s", "main") != "Change the template evidence-pack"
    del before


def test_a_preview_shows_a_chosen_request_and_records_nothing(house: House) -> None:
    """Real data, as whoever looks may see it; a sample where no request is named."""
    admin, ticket = house.as_(ALICE), house.as_(PIERRE).create()
    ticket_id = ticket["metadata"]["id"]

    def preview(kind: str, **given: str | None) -> httpx.Response:
        files = shipped(DocumentKind(kind)).files
        return admin.post(f"/v1/templates/{kind}/preview", json={"files": files} | given)

    for kind in DocumentKind:
        assert ticket_id in preview(kind, ticket=ticket_id).text
    assert "PR-2026-0001" in preview("evidence-pack").text
    assert preview("evidence-pack", format="pdf").content.startswith(b"%PDF-1.7")
    assert preview("evidence-pack", ticket="PR-2020-9999").status_code == 404


def test_the_frame_of_previews_runs_its_own_script_alone(house: House) -> None:
    """In an origin that is nobody's, and only within the console."""
    answer = house.http().get("/v1/templates/frame")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-scripts; default-src 'none'; script-src 'sha256-")
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_documents_are_counted(house: House) -> None:
    """By kind and format, with the time that they took."""
    ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
    house.as_(CLAIRE).get(f"/{ticket_id}/evidence", params={"format": "html"})
    said = house.http().get("/metrics").text
    assert re.search(r'documents_generated_total{format="html",kind="evidence-pack"} [1-9]', said)
    assert 'documents_duration_seconds_bucket{format="html",kind="evidence-pack",le="1.0"}' in said
