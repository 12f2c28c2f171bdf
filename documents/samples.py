"""The sample data of each kind: a month of the demo's company, at fixed times.

A template is tried with it before the record takes it, and `make samples` puts it on paper. It holds what templates
stumble over: a request that was held, failed and was retried, long words, text from right to left, what is open.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.documents import (
    ActProof,
    ChangeRegister,
    DocumentData,
    DocumentedAct,
    DocumentedAttempt,
    DocumentKind,
    EvidencePack,
    KeyState,
    RecordState,
    Verification,
)
from domain.lifecycle import status_of
from domain.reporting import change_of, monthly_report
from domain.signing import JobEvidence
from domain.ticket import BY_PEOPLE, SYSTEM, SYSTEM_NAME, Action, HistoryEntry, PromotionRequest, State

_MONTH = datetime(2026, 3, 1, 8, tzinfo=UTC)
_MADE_AT = _MONTH + timedelta(days=31)
_ZONE, _TENANT = "Europe/Paris", "tenant-finance"
_NAMES = {
    "pierre.durand@cab-i.com": "Pierre Durand",
    "jean.dupont@cab-i.com": "Jean Dupont",
    "claire.moreau@cab-i.com": "Claire Moreau",
    SYSTEM: SYSTEM_NAME,
}
_PIERRE, _JEAN, _CLAIRE, _ = _NAMES

_USUAL = (("created", 0, _PIERRE), ("approved", 95, _JEAN), ("deploying", 97, SYSTEM), ("deployed", 104, SYSTEM))
_LONG = (
    ("created", 0, _PIERRE),
    ("approved", 130, _JEAN),
    ("held", 150, _CLAIRE),
    ("released", 400, _CLAIRE),
    ("deploying", 403, SYSTEM),
    ("failed", 409, SYSTEM),
    ("retried", 420, _PIERRE),
    ("deploying", 421, SYSTEM),
    ("deployed", 428, SYSTEM),
)
_WAYS: Sequence[tuple[tuple[str, int, str], ...]] = (
    _LONG,
    _USUAL,
    (("created", 0, _PIERRE), ("rejected", 60, _JEAN)),
    _USUAL,
    (("created", 0, _CLAIRE), ("cancelled", 30, _CLAIRE)),
    (("created", 0, _PIERRE), ("approved", 1_600, _JEAN), ("deploying", 1_601, SYSTEM), ("failed", 1_612, SYSTEM)),
    _USUAL,
    (("created", 0, _PIERRE), ("approved", 20, _CLAIRE)),
    (("created", 0, _PIERRE), ("expired", 43_200, SYSTEM)),
    (("created", 0, _PIERRE),),
)
_TARGETS = (("api", "payment-api"), ("application", "ledger-web"), ("policy", "rate-limits"), ("api", "invoices"))
_IMPACTS = ("high", "low", "medium", "critical")
_WORDS = {
    "held": "Waits for the end of the accounts' closing",
    "released": "The accounts are closed",
    "rejected": "The rollback plan does not say who is called at night",
    "failed": "The job failed: host db-2 was unreachable during 'run migrations'",
    "approved": "Looks good; performance tests were run on Friday",
}


def sample(kind: DocumentKind) -> DocumentData:
    """The sample data of the kind, always the same."""
    tickets = [_ticket(number, way) for number, way in enumerate(_WAYS, 1)]
    made: dict[str, Any] = {"made_at": _MADE_AT, "zone": _ZONE}
    made["record"] = RecordState(branch="main", tip=_hash("tip")[:40])
    if kind is DocumentKind.EVIDENCE_PACK:
        return _pack(tickets[0], made)
    if kind is DocumentKind.MONTHLY_REPORT:
        return monthly_report(_TENANT, f"{_MONTH:%Y-%m}", tickets, **made)
    changes = tuple(map(change_of, tickets))
    return ChangeRegister(tenants=(_TENANT,), since=_MONTH, until=_MADE_AT, changes=changes, **made)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _ticket(number: int, way: tuple[tuple[str, int, str], ...]) -> PromotionRequest:
    created_at = _MONTH + timedelta(days=3 * (number - 1), minutes=17 * number)
    kind, name = _TARGETS[number % len(_TARGETS) - 1]
    history = tuple(_entry(each, created_at) for each in way)
    by = history[0].by
    return PromotionRequest.model_validate(
        {
            "metadata": {
                "id": f"PR-2026-{number:04}",
                "created_at": created_at,
                "created_by": by,
                "tenant": _TENANT,
            },
            "spec": {
                "target": {"type": kind, "name": name, "version": f"2.{number}.0", "digest": f"sha256:{_hash(name)}"},
                "request": _DETAILS | {"impact_assessment": _IMPACTS[number % len(_IMPACTS) - 1]},
                "pre_checks": _CHECKS,
            },
            "status": status_of(history),
        }
    )


_DETAILS = {
    "justification": (
        "New payment flow, as PCI DSS 4.0 asks for from April on.\n\nAsked for by the customers of three countries; "
        "the text of the Israeli one: \u05ea\u05e9\u05dc\u05d5\u05dd \u05de\u05d0\u05d5\u05d1\u05d8\u05d7."
    ),
    "release_notes": "- Two-factor payments (3DS2)\n- Timeouts of the ledger are retried once\n",
    "rollback_plan": "Promote 2.0.7 again; no migration has to be taken back. On call: Jean Dupont.",
}
_CHECKS = {
    "staging_tests_passed": True,
    "security_scan_passed": True,
    "performance_tests_passed": False,
    "test_evidence_url": "https://gitlab.cab-i.com/finance/payment-api/-/pipelines/12345",
}


def _entry(said: tuple[str, int, str], created_at: datetime) -> HistoryEntry:
    action, minutes, by = said
    word = {"held": "reason", "released": "reason", "rejected": "reason", "failed": "error"}.get(action, "comment")
    job = {"job_id": f"awx-job-{5678 + (minutes > 420)}"} if action in {"deploying", "deployed", "failed"} else {}
    words = {word: _WORDS[action]} if action in _WORDS else {}
    at = created_at + timedelta(minutes=minutes)
    return HistoryEntry.model_validate({"action": action, "at": at, "by": by} | job | words)


def _pack(ticket: PromotionRequest, made: dict[str, Any]) -> EvidencePack:
    history = ticket.status.history
    acts = tuple(_act(number, entry) for number, entry in enumerate(history, 1))
    attempts = (_attempt(1, history[4:6]), _attempt(2, history[7:9]))
    return EvidencePack(
        ticket=ticket,
        requester_name=_NAMES[ticket.metadata.created_by],
        production_shown="2.0.7",
        acts=acts,
        attempts=attempts,
        verification=Verification(verified=True, acts=len(acts), proven=len(acts)),
        **made,
    )


def _act(number: int, entry: HistoryEntry) -> DocumentedAct:
    by_person = entry.action in BY_PEOPLE
    proof = ActProof(
        key=f"{_hash(str(by_person))[:43]}",
        key_class="people" if by_person else "service",
        key_state=KeyState.RETIRED if by_person else KeyState.CURRENT,
        key_ended_at=_MADE_AT - timedelta(days=9) if by_person else None,
        signed_at=entry.at,
        roles=(f"{'devops' if entry.by == _PIERRE else 'cpi'}@{_TENANT}",) if by_person else (),
        signed_in_at=entry.at - timedelta(minutes=3) if by_person else None,
    )
    at = entry.at + timedelta(seconds=1)
    commit = _hash(f"commit {number}")[:40]
    return DocumentedAct(number=number, entry=entry, name=_NAMES[entry.by], commit=commit, recorded_at=at, proof=proof)


def _attempt(number: int, entries: Sequence[HistoryEntry]) -> DocumentedAttempt:
    began, ended = entries
    deployed = ended.action is Action.DEPLOYED
    evidence = JobEvidence(
        job=5677 + number,
        status="successful" if deployed else "failed",
        revision=_hash("playbook")[:40],
        created=began.at,
        started=began.at + timedelta(seconds=4),
        finished=ended.at - timedelta(seconds=2),
    )
    return DocumentedAttempt(
        number=number,
        job_id=f"awx-job-{evidence.job}",
        began_at=began.at,
        ended_at=ended.at,
        ended=State.DEPLOYED if deployed else State.FAILED,
        error=ended.error,
        evidence=evidence,
    )
