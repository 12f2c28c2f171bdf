"""A job's output as a ticket may show it: without colours, without secrets, and its end only."""

import re
from collections.abc import Iterable

from domain.awx_answers import REASON_CHARACTERS, cut

OUTPUT_BYTES = 4096
"""The most that a ticket keeps of a job's output."""

MASK = "****"

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# A word is read once, from its start: a job may print a line without end, and the worker does nothing else meanwhile.
_KEY = r"(?<![\w.-])(?=[\w.-]*?(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|credential))[\w.-]++"
_VALUE = r"""(?:\\?"(?:[^"\\]|\\[^"])*\\?"|'[^']*'|[^\s,;}\]]+)"""
_PATTERNS = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), MASK),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}"), rf"\1 {MASK}"),
    (re.compile(r"://[^\s/@]+@"), f"://{MASK}@"),
    (re.compile(rf"""(?i)({_KEY}\\?["']?\s*[=:]\s*){_VALUE}"""), rf"\1{MASK}"),
)


def excerpt(sentence: str, output: str, secrets: Iterable[str]) -> str:
    """The sentence and the end of the output, as a ticket may quote them."""
    secrets = tuple(secrets)
    head = cut(masked(plain(sentence), secrets), REASON_CHARACTERS - OUTPUT_BYTES)
    end = tail(masked(plain(output), secrets), OUTPUT_BYTES).strip()
    return f"{head}\n\n{end}" if end else head


def masked(text: str, secrets: Iterable[str] = ()) -> str:
    """The text with known secrets, and with whatever looks like one, as `****`."""
    # The longest first: a secret that contains another would leave its other half.
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, MASK)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def plain(text: str) -> str:
    """The text without terminal escapes and control characters; line ends are `\\n`."""
    return _CONTROLS.sub("", _ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def tail(text: str, size: int) -> str:
    """The last `size` bytes of the text in UTF-8, from a whole character on."""
    return text.encode()[-size:].decode(errors="ignore")
