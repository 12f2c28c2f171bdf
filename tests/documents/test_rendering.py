"""Documents are made of data by templates, each in a process that can reach nothing."""

import pytest

from documents.rendering import Renderer
from documents.shipped import shipped
from domain.audience import Language
from domain.documents import DocumentFormat, DocumentKind
from tests.documents.builders import data_of


@pytest.mark.parametrize("kind", DocumentKind)
def test_each_kind_is_a_page(kind: DocumentKind) -> None:
    """Each kind has a template that makes a page of its data."""
    made = Renderer().render(kind, shipped(kind), data_of(kind), DocumentFormat.HTML, Language.FR)
    assert b'<html lang="fr">' in made.content
    assert b"PR-2026-0001" in made.content
    assert made.template_version == shipped(kind).version
