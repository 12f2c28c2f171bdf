"""Writes a ticket's file: one exact form, to the byte, for every text that a ticket can hold.

The form is that of PyYAML's emitter, which tests hold it against. The emitter itself looks at every character in
Python, 60 times slower, and the rate of commits is bound by this step.
"""

import re
from collections.abc import Iterable, Iterator

from domain import lifecycle
from domain.ticket import HistoryEntry, PromotionRequest, Status
from domain.values import iso

_PLAIN = re.compile(r"(?!(?:y|n|yes|no|on|off|true|false|null)\Z)[A-Za-z][A-Za-z0-9_.@+/-]*", re.IGNORECASE)
"""Identifiers that YAML 1.1 and 1.2 both take for text without quotes."""

_NO_BLOCK = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""Characters that readers change or refuse in a block: text with one of them is quoted."""

_ESCAPED = re.compile('["\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\U00010000-\U0010ffff]')
_SHORT = dict(zip('\0\a\b\t\n\v\f\r\x1b"\\\x85\u2028\u2029', '0abtnvfre"\\NLP', strict=True))
"""The letters after the backslash where YAML has one; other characters are escaped by their number."""


def text_of(ticket: PromotionRequest) -> str:
    """The ticket's file; what is written is read back as an equal ticket."""
    return _file(_head(ticket), ticket.status, list(map(_entry, ticket.status.history)))


def texts_of(ticket: PromotionRequest) -> Iterator[str]:
    """The ticket's file as it was after each entry of its history."""
    history = ticket.status.history
    head, entries = _head(ticket), list(map(_entry, history))
    for length in range(1, len(history) + 1):
        yield _file(head, lifecycle.status_of(history[:length]), entries[:length])


def _file(head: str, status: Status, entries: Iterable[str]) -> str:
    return "".join((head, _status(status, entries), _end(status.rejection_reason)))


def _name(value: str) -> str:
    """An identifier: plain where no YAML reader takes it for anything but text."""
    return value if _PLAIN.fullmatch(value) else quoted(value)


def quoted(value: str) -> str:
    """Any text on one line, as every YAML reader reads it back."""
    return f'"{_ESCAPED.sub(_escape, value)}"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character in _SHORT:
        return f"\\{_SHORT[character]}"
    code = ord(character)
    return f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _prose(value: str | None, indent: int) -> str:
    """Quoted on one line, a literal block on several."""
    if value is None:
        return "null"
    return _block(value, indent) if _is_block(value) else quoted(value)


def _is_block(value: str) -> bool:
    return "\n" in value and not _NO_BLOCK.search(value)


def _keeps_breaks(value: str) -> bool:
    """Tells whether a block ends in more than one line break."""
    return value == "\n" or value.endswith("\n\n")


def _block(value: str, indent: int) -> str:
    """The lines, indented, below an indicator of what the indentation and the last line breaks are, where it is odd.

    A leading tab counts as odd: libyaml takes it for a part of the indentation otherwise.
    """
    start = "2" if value[0] in " \t\n" else ""
    end = "+" if _keeps_breaks(value) else "" if value.endswith("\n") else "-"
    margin = " " * indent
    lines = value.removesuffix("\n").split("\n")
    return f"|{start}{end}\n" + "\n".join(margin + line if line else "" for line in lines)


def _end(last: str | None) -> str:
    """The document's end is marked where the line breaks of its last value could be taken for space after it."""
    return "...\n" if last and _is_block(last) and _keeps_breaks(last) else ""


def _yes(value: bool) -> str:
    return "true" if value else "false"


def _head(ticket: PromotionRequest) -> str:
    meta, target = ticket.metadata, ticket.spec.target
    request, checks = ticket.spec.request, ticket.spec.pre_checks
    digest = "" if target.digest is None else f"    digest: {quoted(target.digest)}\n"
    return f"""apiVersion: {ticket.api_version}
kind: {ticket.kind}
metadata:
  id: {_name(meta.id)}
  createdAt: "{iso(meta.created_at)}"
  createdBy: {_name(meta.created_by)}
  tenant: {_name(meta.tenant)}
spec:
  target:
    type: {target.type}
    name: {_name(target.name)}
    version: {quoted(target.version)}
{digest}    sourceEnvironment: {_name(target.source_environment)}
    targetEnvironment: {_name(target.target_environment)}
  request:
    justification: {_prose(request.justification, 6)}
    releaseNotes: {_prose(request.release_notes, 6)}
    impactAssessment: {request.impact_assessment}
    rollbackPlan: {_prose(request.rollback_plan, 6)}
    scheduledDate: {f'"{iso(request.scheduled_date)}"' if request.scheduled_date else "null"}
  preChecks:
    stagingTestsPassed: {_yes(checks.staging_tests_passed)}
    securityScanPassed: {_yes(checks.security_scan_passed)}
    performanceTestsPassed: {_yes(checks.performance_tests_passed)}
    testEvidenceUrl: {quoted(checks.test_evidence_url)}
"""


def _status(status: Status, entries: Iterable[str]) -> str:
    moments = (status.approved_at, status.deployed_at, status.rejected_at)
    approved_at, deployed_at, rejected_at = (f'"{iso(each)}"' if each else "null" for each in moments)
    approved_by, rejected_by = (_name(each) if each else "null" for each in (status.approved_by, status.rejected_by))
    return f"""status:
  state: {status.state}
  history:
{"".join(entries)}  approvedBy: {approved_by}
  approvedAt: {approved_at}
  deployedAt: {deployed_at}
  rejectedBy: {rejected_by}
  rejectedAt: {rejected_at}
  rejectionReason: {_prose(status.rejection_reason, 4)}
"""


def _entry(entry: HistoryEntry) -> str:
    given = {
        "comment": entry.comment,
        "reason": entry.reason,
        "decideBy": iso(entry.decide_by) if entry.decide_by else None,
        "supersededBy": entry.superseded_by,
        "jobId": entry.job_id,
        "deploymentId": entry.deployment_id,
        "error": entry.error,
        "rule": entry.rule,
    }
    details = "".join(
        f"      {key}: {_name(value) if key == 'supersededBy' else _prose(value, 8)}\n"
        for key, value in given.items()
        if value is not None
    )
    if entry.emergency is not None and entry.answer_by is not None:
        details += f'      emergency: {_yes(entry.emergency)}\n      answerBy: "{iso(entry.answer_by)}"\n'
    if entry.on_behalf_of is not None:
        details += f"      onBehalfOf: {_name(entry.on_behalf_of)}\n"
    return f'    - action: {entry.action}\n      at: "{iso(entry.at)}"\n      by: {_name(entry.by)}\n{details}'
