"""Renders workbooks: `workbook.yaml` says which sheets there are, of which rows, with which columns."""

from documents.texts import Task


def xlsx(task: Task) -> bytes:
    """The document as a workbook."""
    raise NotImplementedError
