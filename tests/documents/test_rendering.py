"""Documents are made of data by templates: what they look like, and that nothing anybody typed is more than text."""

import html
import io
import json
import re
import subprocess
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import yaml

from documents.glyphs import printable
from documents.rendering import Renderer
from documents.samples import sample
from documents.shipped import shipped
from domain import lifecycle
from domain.audience import Language
from domain.documents import DocumentData, DocumentFormat, DocumentKind, EvidencePack
from domain.template_files import TEMPLATE_FILES
from domain.ticket import RequestDetails
from tests.documents.builders import pack_of
from tests.domain.builders import NOW, details, ticket_in
from tests.glyphs import prints
from tests.verapdf.validator import failing

HTML, PDF, XLSX = DocumentFormat


def made(data: DocumentData, kind: DocumentKind, form: DocumentFormat, language: Language = Language.EN) -> bytes:
    return Renderer().render(kind, shipped(kind), data, form, language).content


def pack(**said: str) -> EvidencePack:
    """The sample's evidence pack, with these words of its request."""
    found = sample(DocumentKind.EVIDENCE_PACK)
    assert isinstance(found, EvidencePack)
    request = RequestDetails.model_validate(details(**said).model_dump())
    spec = found.ticket.spec.model_copy(update={"request": request})
    return found.model_copy(update={"ticket": found.ticket.model_copy(update={"spec": spec})})


def text_of(pdf: bytes, folder: Path) -> str:
    (folder / "made.pdf").write_bytes(pdf)
    command = ["pdftotext", "-layout", str(folder / "made.pdf"), "-"]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


@pytest.mark.parametrize("kind", DocumentKind)
@pytest.mark.parametrize("form", DocumentFormat)
@pytest.mark.parametrize("language", Language)
def test_the_same_data_makes_the_same_bytes(kind: DocumentKind, form: DocumentFormat, language: Language) -> None:
    """So a document can be made again and compared; it names the version of its template."""
    first = made(sample(kind), kind, form, language)
    assert first == made(sample(kind), kind, form, language)
    if form is HTML:
        assert shipped(kind).version in first.decode()


HOSTILE = {
    "markup": "<script>alert(1)</script> <img src=x onerror=alert(1)> &amp;",
    "jinja": "{{ 7 * 7 }} {% for x in range(10) %}x{% endfor %} {# gone #}",
    "typst": 'x" + read("/etc/passwd") + "#read("/etc/passwd") #sys.version *bold* _it_ = H $x$ @ref `raw` \\ \\u{41}',
    "formula": "=cmd|'/c calc'!A1 =HYPERLINK(\"http://x\") twenty",
    "plus": "+1+1 is no number here, nor is @SUM(A1)",
    "breaks": "one\ntwo\r\nthree\ttab and twenty characters",
}


@pytest.mark.parametrize("typed", HOSTILE.values(), ids=HOSTILE)
def test_whatever_is_typed_is_printed_as_it_is(typed: str, tmp_path: Path) -> None:
    """In every format: markup of a page, of either template language, and formulas."""
    data = pack(justification=typed, release_notes=typed, rollback_plan=typed)
    page = made(data, DocumentKind.EVIDENCE_PACK, HTML).decode()
    assert not re.search("<(script|img)", page)
    text = text_of(made(data, DocumentKind.EVIDENCE_PACK, PDF), tmp_path)
    squeezed, wanted = re.sub(r"\s+", "", text), re.sub(r"\s+", "", typed)
    assert squeezed.count(wanted) == 3
    book = openpyxl.load_workbook(io.BytesIO(made(data, DocumentKind.EVIDENCE_PACK, XLSX)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    shown = typed.replace("\r\n", "\n")
    assert sum(cell.value == shown and cell.data_type == "s" for cell in cells) == 3
    assert "root:" not in page + text


@pytest.mark.parametrize("turning", ["\u202e", "\u2066", "\u200f", "\u0007", "\ufeff"])
def test_a_character_that_hides_or_turns_is_shown(turning: str, tmp_path: Path) -> None:
    """Somebody who signs for what they read must not read something else."""
    data, named = pack(justification=f"twenty characters {turning}gnp.exe"), f"\u27e8U+{ord(turning):04X}\u27e9gnp.exe"
    assert named in made(data, DocumentKind.EVIDENCE_PACK, HTML).decode()
    assert named in text_of(made(data, DocumentKind.EVIDENCE_PACK, PDF), tmp_path)
    book = openpyxl.load_workbook(io.BytesIO(made(data, DocumentKind.EVIDENCE_PACK, XLSX)))
    assert any(named in str(cell.value) for row in book["Request"].iter_rows() for cell in row)


def test_what_no_font_has_is_named_and_stays_in_the_data(tmp_path: Path) -> None:
    """PDF/A allows no character without a glyph; a document must come all the same."""
    typed = "paid \u5df2\u4ed8\u6b3e \U0001f680 in full today"
    content = made(pack(justification=typed), DocumentKind.EVIDENCE_PACK, PDF)
    assert "paid \u27e8U+5DF2\u27e9" in text_of(content, tmp_path)
    subprocess.run(["pdfdetach", "-saveall", "-o", tmp_path, tmp_path / "made.pdf"], check=True, capture_output=True)
    attached = json.loads((tmp_path / "data.json").read_text("utf-8"))
    assert attached["ticket"]["spec"]["request"]["justification"] == typed


def test_the_list_of_glyphs_is_what_typst_prints() -> None:
    """A sample of it; `python -m tests.glyphs` finds all of them anew."""
    sampled = [chr(number) for number in range(0x21, 0x3000, 37)]
    for each in sampled:
        assert prints([printable(each)]), hex(ord(each))
    assert not prints(["\u5df2"])


def test_both_directions_and_long_words_stay_on_the_page(tmp_path: Path) -> None:
    """A word of ten thousand letters breaks, and is copied as it was typed; so is a commit's id."""
    word, hebrew = "a" * 10_000, "\u05e9\u05dc\u05d5\u05dd"
    content = made(pack(justification=f"{word} {hebrew}"), DocumentKind.EVIDENCE_PACK, PDF)
    said = text_of(content, tmp_path)
    assert re.sub(r"\s", "", said).count(word) >= 1 or re.sub(r"\s", "", said).count("a" * 3_000) >= 1
    assert hebrew in said or hebrew[::-1] in said
    assert max(map(len, said.splitlines())) < 400
    assert "e600c0cb4a6ef7d2b2a43e69159ced5b64118839" in said


def test_a_justification_of_twenty_pages_is_printed_whole(tmp_path: Path) -> None:
    """Each page says which request it is of, and its number."""
    lines = "\n".join(f"line {number} of what was argued" for number in range(540))
    data = pack(justification=lines[:16_384], rollback_plan=lines[:16_384], release_notes=lines)
    said = text_of(made(data, DocumentKind.EVIDENCE_PACK, PDF), tmp_path)
    pages = said.split("\f")[:-1]
    assert len(pages) > 20
    assert all("PR-2026-0001" in page and f"/ {len(pages)}" in page for page in pages)
    assert said.count("line 500 of") == 3


def test_a_flood_of_marks_hides_no_evidence(tmp_path: Path) -> None:
    """Typst ends at ten thousands of them on one letter; the data has all."""
    data = pack(release_notes="a" + "\u0301" * 70_000)
    said = text_of(made(data, DocumentKind.EVIDENCE_PACK, PDF), tmp_path)
    assert "\u27e8+69970\u27e9" in said
    assert printable("e\u0301" * 100) == "e\u0301" * 100


def test_a_text_longer_than_a_cell_goes_on_below() -> None:
    """A spreadsheet holds 32,767 characters in one."""
    notes = "".join(f"{number:07} " for number in range(16_000))
    book = openpyxl.load_workbook(io.BytesIO(made(pack(release_notes=notes), DocumentKind.EVIDENCE_PACK, XLSX)))
    rows = list(book["Request"].iter_rows(values_only=True))
    start = next(number for number, row in enumerate(rows) if row[0] == "Release notes")
    assert "".join(str(row[1]) for row in rows[start : start + 4]) == notes


def test_a_workbook_has_dates_durations_and_a_heading_that_stays() -> None:
    """In the zone of the document."""
    book = openpyxl.load_workbook(
        io.BytesIO(made(sample(DocumentKind.MONTHLY_REPORT), DocumentKind.MONTHLY_REPORT, XLSX))
    )
    sheet = book["Requests"]
    assert sheet.freeze_panes == "A2"
    first = {head.value: cell for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert first["Requested"].value == datetime(2026, 3, 1, 9, 17)  # noqa: DTZ001  cells have no zone
    assert first["Requested"].is_date
    assert first["Approval wait"].number_format == "[h]:mm:ss"
    assert first["Attempts"].value == 2


def test_every_pdf_is_an_archive_and_accessible(tmp_path: Path) -> None:
    """PDF/A-3a and PDF/UA-1, says veraPDF, of each kind and language."""
    files = []
    for kind in DocumentKind:
        for language in Language:
            files.append(tmp_path / f"{kind}-{language}.pdf")
            files[-1].write_bytes(made(sample(kind), kind, PDF, language))
    hostile = tmp_path / "hostile.pdf"
    hostile.write_bytes(made(pack(justification="\n".join(HOSTILE.values())), DocumentKind.EVIDENCE_PACK, PDF))
    for flavour in ("3a", "ua1"):
        assert not failing(flavour, [*files, hostile])


@pytest.mark.parametrize("kind", DocumentKind)
def test_both_languages_have_the_same_words(kind: DocumentKind) -> None:
    """A template that names one that a language lacks would be refused there."""
    words = yaml.safe_load(shipped(kind).files[TEMPLATE_FILES[-1]])
    assert set(words["en"]) == set(words["fr"])


@pytest.mark.parametrize(("language", "said"), [(Language.EN, "the company's rule"), (Language.FR, "la règle de l'")])
def test_a_standard_change_names_its_rule_as_what_approved_it(language: Language, said: str, tmp_path: Path) -> None:
    """In each form; nobody did, and it is not said that none did."""
    ticket = lifecycle.approve_by_rule(ticket_in("pending"), "everyday", "It went well", NOW)
    for form in DocumentFormat:
        document = made(pack_of(ticket), DocumentKind.EVIDENCE_PACK, form, language)
        if form is PDF:
            text = " ".join(text_of(document, tmp_path).replace(chr(0x2019), "'").split())
        elif form is HTML:
            text = html.unescape(document.decode())
        else:
            cells = openpyxl.load_workbook(io.BytesIO(document)).worksheets[0].iter_rows(values_only=True)
            text = " ".join(str(cell) for row in cells for cell in row)
        assert said in text
        assert "everyday" in text
