"""The ways in which a template fails while it renders."""


class TemplateFault(Exception):
    """A template can't be rendered: the file, the line where it is known, and the reason in one sentence."""

    def __init__(self, file: str, line: int | None, reason: str) -> None:
        super().__init__(reason)
        self.file, self.line, self.reason = file, line, reason


class TooLarge(Exception):
    """The document would be larger than one may be."""
