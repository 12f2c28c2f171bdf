"""Entry point of the process that renders one document: `python -m documents.process`.

It reads one JSON object on standard input and writes the document, or the fault that it found, on standard output. All
that it needs is loaded first; then it takes from itself the right to open anything: no file, no socket, no process.
"""

import encodings.unicode_escape
import encodings.utf_16_le
import json
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import jinja2.debug

from documents import glyphs, texts
from documents.apart import FAULT, PREFIX, TOO_LARGE, confine
from documents.faults import TemplateFault, TooLarge
from documents.showing import Clock
from domain.template_files import HTML_FILE, PDF_FILE, SHEETS_FILE

_LOADED_LATER = (encodings.unicode_escape, encodings.utf_16_le, jinja2.debug)
"""Modules that would be looked for when a template is read, or fails: by then no file can be opened."""

_RENDER = {"html": (HTML_FILE, "texts"), "pdf": (PDF_FILE, "pdf"), "xlsx": (SHEETS_FILE, "workbook")}
"""Of each format the template's file, and the module whose function of the same name makes it, which is loaded for it:
loading all takes as long as rendering."""


def answer(asked: dict[str, Any]) -> bytes:
    """The document with its prefix, or what is wrong with its template."""
    limits, (file, module) = asked["limits"], _RENDER[asked["form"]]
    render: Callable[[texts.Task], bytes] = getattr(import_module(f"documents.{module}"), asked["form"])
    clock = Clock.of(asked["data"]["zone"], asked["language"])
    glyphs.unprintable()
    confine(limits["seconds"], limits["memory"])
    try:
        with texts.faults_of(file):
            content = render(texts.Task.of(asked, clock))
    except TemplateFault as fault:
        said = {"file": fault.file, "line": fault.line, "reason": fault.reason}
        return FAULT + json.dumps(said).encode()
    except (TooLarge, MemoryError):
        return TOO_LARGE
    return PREFIX + content if len(content) <= limits["size"] else TOO_LARGE


if __name__ == "__main__":
    sys.stdout.buffer.write(answer(json.load(sys.stdin.buffer)))
