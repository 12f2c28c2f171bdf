"""Renders PDF files with Typst: PDF/A-3a and PDF/UA-1 at once, the data attached as JSON."""

import json
import re
from datetime import datetime
from typing import Any

import typst

from documents.faults import TemplateFault
from documents.glyphs import printable
from documents.showing import visible
from documents.texts import Task, environment, rendered
from domain.template_files import PDF_FILE

_LINE = re.compile(r"┌─ [^:\n]+:(\d+):\d+")
_PRELUDE = r'#show regex("\S{24,}"): it => it.text.clusters().map(each => box(each)).join();'
"""Lets long words break anywhere, on whatever line they stand: a zero-width space would stay in what one copies."""


def pdf(task: Task) -> bytes:
    """The document as a PDF file; the same bytes for the same task."""
    source = rendered(environment(task.clock, autoescape=False, finalize=literal), PDF_FILE, task)
    made_at = datetime.fromisoformat(task.made_at)
    try:
        made = typst.compile(
            f"{_PRELUDE}{source}\n{_attached(task)}".encode(),
            ignore_system_fonts=True,
            pdf_standards=["a-3a", "ua-1"],
            timestamp=made_at,
        )
    except typst.TypstError as error:
        raise _fault(error, source, task.files[PDF_FILE]) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of the bridge to Rust, which gives it no name to import
            raise
        raise TemplateFault(PDF_FILE, None, "Typst can't set this text") from error
    return bytes(made)


def _attached(task: Task) -> str:
    """The commands that attach the data that the document was made of, and a receipt."""
    data = json.dumps({name: each for name, each in task.variables.items() if name != "words"}, indent=1)
    made = _attachment("data.json", data, "data", "The data of this document")
    if task.receipt is None:
        return made
    return f"{made}\n{_attachment('receipt.json', task.receipt, 'supplement', 'The receipt of this request')}"


def _attachment(name: str, text: str, relationship: str, about: str) -> str:
    said = f'relationship: "{relationship}", mime-type: "application/json", description: "{about}"'
    return f'#pdf.attach("{name}", bytes("{escaped(text)}"), {said})'


def literal(value: Any) -> str:
    """Any value as a string of Typst: whatever the value says, Typst prints it and never runs it."""
    return f'"{escaped("" if value is None else printable(visible(str(value))))}"'


def escaped(text: str) -> str:
    """The text as it stands between the quotes of a string of Typst."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _fault(error: "typst.TypstError", source: str, template: str) -> TemplateFault:
    """The fault with the template's line: the only one that says what the line that Typst names says, else none."""
    found = _LINE.search(getattr(error, "diagnostic", ""))
    lines = source.splitlines()
    if found is None or int(found[1]) > len(lines):
        return TemplateFault(PDF_FILE, None, str(error))
    said = lines[int(found[1]) - 1].strip()
    same = [number for number, line in enumerate(template.splitlines(), 1) if line.strip() == said]
    return TemplateFault(PDF_FILE, same[0] if len(same) == 1 else None, f"{error}: {said[:200]}")
