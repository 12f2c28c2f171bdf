"""`make samples`: the sample documents of docs/samples, which are the same bytes each time."""

import sys
from collections.abc import Iterator
from pathlib import Path

from documents.rendering import Renderer
from documents.samples import sample
from documents.shipped import shipped
from domain.audience import Language
from domain.documents import DocumentFormat, DocumentKind

FOLDER = Path(__file__).parents[2] / "docs" / "samples"
_WAYS = (
    (DocumentKind.EVIDENCE_PACK, Language.EN),
    (DocumentKind.EVIDENCE_PACK, Language.FR),
    (DocumentKind.MONTHLY_REPORT, Language.EN),
    (DocumentKind.MONTHLY_REPORT, Language.FR),
    (DocumentKind.CHANGE_REGISTER, Language.EN),
)


def made() -> Iterator[tuple[str, bytes]]:
    """Each sample by the name of its file, such as `evidence-pack.fr.pdf`."""
    for kind, language in _WAYS:
        for form in (DocumentFormat.PDF, DocumentFormat.XLSX):
            document = Renderer().render(kind, shipped(kind), sample(kind), form, language)
            yield f"{kind}.{language}.{form}", document.content


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in made():
        (FOLDER / name).write_bytes(content)
        sys.stdout.write(f"{name} {len(content):,} bytes\n")
