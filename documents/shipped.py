"""The templates that come with Prodgate, which count until the record has its own."""

import hashlib
from functools import cache
from pathlib import Path

from domain.documents import DocumentKind, DocumentTemplate
from domain.template_files import TEMPLATE_FILES

_FOLDER = Path(__file__).parent / "templates"


@cache
def shipped(kind: DocumentKind) -> DocumentTemplate:
    """The kind's template; its version says what it is made of."""
    files = {name: (_FOLDER / kind / name).read_text("utf-8") for name in TEMPLATE_FILES}
    digest = hashlib.sha256("\0".join(files[name] for name in TEMPLATE_FILES).encode())
    return DocumentTemplate(kind=kind, version=f"shipped:{digest.hexdigest()[:12]}", files=files)
