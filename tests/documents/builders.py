"""Data of documents for tests: what a month of one tenant looks like."""

from datetime import UTC, datetime, timedelta

from domain.documents import (
    ChangeRegister,
    DocumentData,
    DocumentedAct,
    DocumentedAttempt,
    DocumentKind,
    EvidencePack,
    RecordState,
    Verification,
)
from domain.reporting import change_of, monthly_report
from domain.ticket import PromotionRequest
from tests.domain.builders import FINANCE, ticket_in

AT = datetime(2026, 11, 29, 10, 30, tzinfo=UTC)
ZONE = "Europe/Paris"
RECORD = RecordState(branch="main", tip="a" * 40)


def pack_of(ticket: PromotionRequest) -> EvidencePack:
    """The pack of a ticket whose commits nobody looked for."""
    acts = tuple(
        DocumentedAct(number=number, entry=entry, name="Somebody", commit=None, recorded_at=None, proof=None)
        for number, entry in enumerate(ticket.status.history, 1)
    )
    return EvidencePack(
        made_at=AT,
        zone=ZONE,
        record=RECORD,
        ticket=ticket,
        requester_name="Dev",
        production_shown=None,
        acts=acts,
        attempts=(DocumentedAttempt(number=1, job_id="awx-job-5678", began_at=AT - timedelta(minutes=5)),),
        verification=Verification(verified=True, acts=len(acts), proven=0),
    )


def data_of(kind: DocumentKind, ticket: PromotionRequest | None = None) -> DocumentData:
    """The data of a document of the kind, about one ticket."""
    ticket = ticket or ticket_in("deployed")
    if kind is DocumentKind.EVIDENCE_PACK:
        return pack_of(ticket)
    if kind is DocumentKind.MONTHLY_REPORT:
        return monthly_report(FINANCE, "2026-11", [ticket], made_at=AT, zone=ZONE, record=RECORD)
    return ChangeRegister(
        made_at=AT,
        zone=ZONE,
        record=RECORD,
        tenants=(FINANCE,),
        since=AT - timedelta(days=30),
        until=AT,
        changes=(change_of(ticket),),
    )
