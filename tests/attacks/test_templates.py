"""Somebody who may change templates tries to make them do more than documents: there is nothing in reach."""

import pytest

from documents.rendering import Renderer
from documents.samples import sample
from documents.shipped import shipped
from domain.documents import (
    DocumentFormat,
    DocumentKind,
    DocumentTemplate,
)
from domain.errors import DocumentTooLarge, TemplateFaulty
from domain.template_files import HTML_FILE, PDF_FILE, SHEETS_FILE, WORDS_FILE

KIND = DocumentKind.EVIDENCE_PACK
FORMS = {HTML_FILE: DocumentFormat.HTML, PDF_FILE: DocumentFormat.PDF, SHEETS_FILE: DocumentFormat.XLSX}


def made(file: str, text: str, **limits: int) -> bytes:
    """What a template makes whose file says this, and nothing else."""
    files = shipped(KIND).files | {file: text}
    template = DocumentTemplate(kind=KIND, version="draft", files=files)
    return Renderer(**limits).render(KIND, template, sample(KIND), FORMS.get(file, DocumentFormat.HTML)).content


ESCAPES = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''['__class__'] }}",
    "{{ acts | map(attribute='__class__') | first }}",
    "{{ acts | attr('__class__') }}",
    "{{ self._TemplateReference__context }}",
    "{{ words.__init__.__globals__ }}",
    "{{ range.__self__ }}",
    "{{ lipsum.__globals__ }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ joiner }}",
    "{{ namespace }}",
    "{{ '{0.__class__}'.format(acts) }}",
    "{{ acts.append(1) }}",
    "{{ acts | pprint }}",
    "{{ ticket | tojson }}",
    "{{ '<b>' | safe }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% from 'os' import system %}",
    "{% extends 'base.html' %}",
    "{% autoescape false %}{{ ticket.spec.request.justification }}{% endautoescape %}",
    "{{ undefined_thing }}",
    "{% for x in",
    "{{ 1 // 0 }}",
]


@pytest.mark.parametrize("text", ESCAPES)
@pytest.mark.parametrize("file", [HTML_FILE, PDF_FILE])
def test_the_sandbox_is_left_by_no_expression(file: str, text: str) -> None:
    """Neither by attributes, nor by other files, nor by doing without escaping; the line is named."""
    with pytest.raises(TemplateFaulty) as refused:
        made(file, f"first\n{text}\n")
    assert refused.value.params["file"] == file
    assert refused.value.params.get("line", "2") == "2"


@pytest.mark.parametrize(
    "expression", ["''.__class__", "acts.__class__", "acts | attr('x')", "lipsum()", "1 +", "nothing"]
)
def test_nor_by_an_expression_of_a_workbook(expression: str) -> None:
    """They run in the same sandbox."""
    sheets = (
        f'sheets:\n  - title: title\n    rows: acts\n    columns:\n      - {{heading: at, value: "{expression}"}}\n'
    )
    with pytest.raises(TemplateFaulty) as refused:
        made(SHEETS_FILE, sheets)
    assert refused.value.params["line"] == "5"


TYPST = [
    '#read("/etc/passwd")',
    '#read("../../../../etc/passwd")',
    '#include "/etc/passwd"',
    '#image("/etc/hostname")',
    '#plugin("/lib/x86_64-linux-gnu/libc.so.6")',
    '#import "@preview/cetz:0.4.2"',
    '#import ("@pre" + "view/cetz:0.4.2")',
    '#json("data.json")',
    '#bibliography("/etc/passwd")',
    "#nothing",
    "#let f(x) = f(x)\n#f(1)",
]


@pytest.mark.parametrize("text", TYPST)
def test_typst_reads_no_file_and_fetches_no_package(text: str) -> None:
    """The process can't open anything: there is no file, and no network, whatever Typst would do."""
    with pytest.raises(TemplateFaulty) as refused:
        made(PDF_FILE, f'#set document(title: "x")\n{text}')
    assert "root:x" not in str(refused.value)


BOMBS = [
    (HTML_FILE, "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"),
    (HTML_FILE, "{{ 'x' * 10**9 }}{{ 'x' * 10**9 }}"),
    (HTML_FILE, "{% set ns = 'x' * 10**7 %}{% for a in range(9999) %}{{ ns }}{% endfor %}"),
    (HTML_FILE, "{{ 9 ** (9 ** 9) }}"),
    (PDF_FILE, "#let n = 0\n#for a in range(99999999) { for b in range(99999999) { n += 1 } }"),
    (PDF_FILE, '#let a = "x" * 1000000\n#for i in range(100000) { a }'),
    (PDF_FILE, "#for i in range(1000000) { pagebreak() }"),
]


@pytest.mark.parametrize(("file", "text"), BOMBS)
def test_a_bomb_ends_its_own_process(file: str, text: str) -> None:
    """By the limit of time, of memory or of size; the caller goes on."""
    with pytest.raises((DocumentTooLarge, TemplateFaulty)) as refused:
        made(file, text, seconds=3, memory=400 << 20, size=8 << 20)
    assert refused.value.params.get("seconds", "3") == "3"


def test_what_typst_panics_at_is_a_fault_of_the_template() -> None:
    """And no failure of ours."""
    with pytest.raises(TemplateFaulty, match="can't set this text"):
        made(PDF_FILE, "= a{% for x in range(70000) %}\u0301{% endfor %}")


def test_a_range_of_a_billion_is_refused() -> None:
    """The sandbox counts what a loop would go over."""
    with pytest.raises(TemplateFaulty, match="Range too big"):
        made(HTML_FILE, "{% for a in range(10**9) %}{% endfor %}")


ANCHORS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [*{before},*{before},*{before},*{before},*{before},*{before},*{before},*{before}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text", ["!!python/object/apply:os.system [id]", ANCHORS, "en: 1", "[" * 5_000, "\x00", "en: {a: [1]}"]
)
def test_words_are_plain_words(text: str) -> None:
    """No object of Python's, no flood of references, no other form."""
    with pytest.raises((TemplateFaulty, DocumentTooLarge)):
        made(WORDS_FILE, text)


def test_the_process_that_renders_has_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its environment is empty, whatever its parent was started with."""
    monkeypatch.setenv("PRODGATE_GIT_TOKEN", "secret")
    assert b"secret" not in made(HTML_FILE, "{{ ticket }}{{ words }}")
