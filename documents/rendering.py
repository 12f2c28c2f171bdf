"""Renders documents, each in a process of its own that can open nothing, and has its limits of time and memory.

A template is written by people and may do what it likes there. The process is given the template and the data, gives
bytes back or says which line it stumbled over, and is ended when it takes too long.
"""

import json
from dataclasses import dataclass
from time import monotonic

from prometheus_client import Counter, Histogram

from documents.apart import FAULT, PREFIX, TimeIsUp, run_apart
from domain.audience import Language
from domain.documents import DocumentData, DocumentFormat, DocumentKind, DocumentTemplate, variables
from domain.errors import DocumentTooLarge, TemplateFaulty

GENERATED = Counter("documents_generated", "Documents generated", ["kind", "format"])
DURATION = Histogram(
    "documents_duration_seconds",
    "Time that generating a document took",
    ["kind", "format"],
    buckets=(0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64),
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document, with the name of the file to keep it in and the version of the template that made it."""

    content: bytes
    media_type: str
    file_name: str
    template_version: str


@dataclass(frozen=True, slots=True)
class Renderer:
    """Makes documents. The limits hold for one document: seconds, bytes of memory, bytes of the result."""

    seconds: int = 20
    memory: int = 1 << 30
    size: int = 64 << 20

    def render(
        self,
        kind: DocumentKind,
        template: DocumentTemplate,
        data: DocumentData,
        form: DocumentFormat,
        language: Language = Language.EN,
        receipt: bytes | None = None,
    ) -> Rendered:
        """The document, the same for the same arguments; takes 0.3 to 20 seconds, so call it from a thread.

        A receipt is attached to a PDF file; other formats carry none.

        Raises TemplateFaulty with file, line and reason; DocumentTooLarge where a limit ends it.
        """
        begun = monotonic()
        content = self._run(self._asked(template, data, form, language, receipt))
        GENERATED.labels(kind, form).inc()
        DURATION.labels(kind, form).observe(monotonic() - begun)
        return Rendered(content, form.media_type, f"{data.stem}.{form}", template.version)

    def _asked(
        self,
        template: DocumentTemplate,
        data: DocumentData,
        form: DocumentFormat,
        language: Language,
        receipt: bytes | None,
    ) -> bytes:
        given = {
            "form": form,
            "language": language,
            "files": template.files,
            "version": template.version,
            "data": variables(data),
            "receipt": receipt.decode() if receipt else None,
            "limits": {"seconds": self.seconds, "memory": self.memory, "size": self.size},
        }
        return json.dumps(given).encode()

    def _run(self, asked: bytes) -> bytes:
        try:
            ended = run_apart("documents.process", asked, self.seconds)
        except TimeIsUp as error:
            raise DocumentTooLarge(f"It took more than {self.seconds} seconds", seconds=str(self.seconds)) from error
        kind, content = ended.written[: len(PREFIX)], ended.written[len(PREFIX) :]
        if ended.code == 0 and kind == PREFIX:
            return content
        if ended.code == 0 and kind == FAULT:
            raise _fault(json.loads(content))
        if ended.code > 0:  # ours to mend: what a template does ends in one of the other ways
            raise RuntimeError(f"The process that renders failed: {ended.complaint}")
        raise DocumentTooLarge


def _fault(said: dict[str, str | int | None]) -> TemplateFaulty:
    """The refusal of a template, with where it stumbled."""
    where = f"{said['file']}, line {said['line']}" if said["line"] else str(said["file"])
    params = {name: str(each) for name, each in said.items() if each is not None}
    return TemplateFaulty(f"{where}: {said['reason']}", **params)
