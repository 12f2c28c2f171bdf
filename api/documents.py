"""Makes documents for people, and keeps the templates that they are made by."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool

from api.auth import SignedIn
from api.engine import Engine
from api.errors import ChangedSince, NotFound
from api.receipts import Receipts, may_have
from api.receipts import require as require_receipts
from api.tickets import Tickets
from documents.rendering import Rendered, Renderer
from documents.samples import sample
from domain import roles
from domain.audience import Language
from domain.documents import (
    DocumentData,
    DocumentFormat,
    DocumentKind,
    DocumentTemplate,
    RecordState,
    TemplateFiles,
)
from domain.errors import (
    DocumentTooLarge,
    NoCheckpointYet,
    NotAuthorized,
    NotOver,
    ReceiptUnproven,
    RecordBehind,
)
from domain.reporting import report_data
from domain.reports import period
from domain.roles import Permission, Person
from domain.templates import RecordedTemplate, TemplateChange, TemplateClaims, files_digest
from domain.ticket import PromotionRequest
from record.documents.templates import TemplateReader
from record.facts.evidence import EvidenceReader
from record.git.repository import Repository
from record.index.query import MAX_LIMIT, Sort, TicketQuery
from record.index.reader import Index
from record.signing.signatures import Signer

_AT_ONCE = 2
"""Documents made at once: each takes a processor for a second or several."""


@dataclass(frozen=True)
class Documents:
    """Documents of tickets for whoever may see them; templates for whoever runs the platform."""

    tickets: Tickets
    index: Index
    repository: Repository
    evidence: EvidenceReader
    receipts: Receipts
    templates: TemplateReader
    engine: Engine
    signer: Signer
    zone: ZoneInfo
    now: Callable[[], datetime]
    renderer: Renderer = field(default_factory=Renderer)
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def evidence_pack(
        self, person: Person, ticket_id: str, form: DocumentFormat, language: Language
    ) -> tuple[PromotionRequest, Rendered]:
        """The ticket, and its evidence pack. Raises NotFound, RecordBehind, RecordUnavailable, TemplateFaulty."""
        ticket = await self.tickets.visible(person, ticket_id)
        data = await self._evidence_of(ticket)
        template = await run_in_threadpool(self.templates.current, DocumentKind.EVIDENCE_PACK)
        attached = await self._attached(person, ticket) if form is DocumentFormat.PDF else None
        return ticket, await self._rendered(template, data, form, language, attached)

    async def receipt(self, person: Person, ticket_id: str) -> tuple[PromotionRequest, bytes]:
        """The ticket, and its receipt. Raises NotFound, NotAuthorized, and as `Receipts.of` does."""
        ticket = await self.tickets.visible(person, ticket_id)
        require_receipts(person)
        async with self._turns:
            return ticket, await run_in_threadpool(self.receipts.of, ticket)

    async def _attached(self, person: Person, ticket: PromotionRequest) -> bytes | None:
        """The receipt that goes into the pack of whoever may have it, where there is one."""
        if not may_have(person):
            return None
        try:
            async with self._turns:
                return await run_in_threadpool(self.receipts.of, ticket)
        except (NotOver, NoCheckpointYet, ReceiptUnproven, DocumentTooLarge):
            return None

    async def _evidence_of(self, ticket: PromotionRequest) -> DocumentData:
        pack = await run_in_threadpool(self.evidence.pack, ticket.id, self.now(), self.zone.key)
        if pack is None:
            raise RecordBehind
        return pack

    async def preview(
        self,
        person: Person,
        template: DocumentTemplate,
        ticket_id: str | None,
        form: DocumentFormat,
        language: Language,
    ) -> Rendered:
        """Makes a document of a ticket's own data, or of the sample's. Raises NotFound, TemplateFaulty."""
        require(person)
        if ticket_id is None:
            return await self._rendered(template, sample(template.kind), form, language)
        ticket = await self.tickets.visible(person, ticket_id)
        data = await self._data_about(template.kind, ticket)
        return await self._rendered(template, data, form, language)

    async def _data_about(self, kind: DocumentKind, ticket: PromotionRequest) -> DocumentData:
        """The ticket's evidence, or the first tickets of its tenant in the month that it was made in."""
        if kind is DocumentKind.EVIDENCE_PACK:
            return await self._evidence_of(ticket)
        return await run_in_threadpool(self._report_about, kind, ticket)

    def _report_about(self, kind: DocumentKind, ticket: PromotionRequest) -> DocumentData:
        now, tenant = self.now(), ticket.metadata.tenant
        month = f"{ticket.metadata.created_at.astimezone(self.zone):%Y-%m}"
        since, until = period(month, now, self.zone)
        query = TicketQuery(
            scope=roles.ALL,
            tenant=tenant,
            created_after=since,
            created_before=until,
            sort=Sort.OLDEST,
            limit=MAX_LIMIT,
        )
        tickets = self.index.page(query).items
        record = RecordState(branch=self.evidence.branch, tip=self.repository.tip())
        return report_data(kind, tenant, month, tickets, made_at=now, zone=self.zone, record=record)

    async def change(
        self, by: SignedIn, kind: DocumentKind, base: str, files: TemplateFiles, restores: str | None = None
    ) -> RecordedTemplate:
        """Record other files than those of the version `base`, once they make all documents of the sample.

        Raises NotAuthorized, ChangedSince, TemplateFaulty, TemplateChanged, EngineUnavailable.
        """
        require(by.person)
        current = await run_in_threadpool(self.templates.current, kind)
        if current.version != base:
            raise ChangedSince
        if files == current.files:
            return RecordedTemplate(version=base)
        await self._try(current.model_copy(update={"files": files}))
        claims = await run_in_threadpool(self._claims, by, kind, base, files, restores)
        proof = await run_in_threadpool(self.signer.seal, claims)
        change = TemplateChange(kind=kind, base=base, files=files, name=by.person.name, proof=proof)
        return await self.engine.change_template(change, claims.id)

    async def restore(self, by: SignedIn, kind: DocumentKind, base: str, version: str) -> RecordedTemplate:
        """Record the files of an earlier version again. Raises as `change` does, NotFound for none of this template."""
        require(by.person)
        earlier = await run_in_threadpool(self.templates.at, kind, version)
        if earlier is None:
            raise NotFound
        return await self.change(by, kind, base, earlier.files, restores=version)

    def _claims(
        self, by: SignedIn, kind: DocumentKind, base: str, files: TemplateFiles, restores: str | None
    ) -> TemplateClaims:
        return TemplateClaims(
            id=str(uuid.uuid4()),
            kind=kind,
            base=base,
            files=files_digest(files),
            restores=restores,
            email=by.person.email,
            sub=by.person.subject,
            issuer=by.person.issuer,
            tip=self.repository.tip(),
            at=self.now(),
            auth_time=by.at,
            acr=by.acr,
        )

    async def _try(self, template: DocumentTemplate) -> None:
        """Make every document of the sample. Raises TemplateFaulty, DocumentTooLarge."""
        data = sample(template.kind)
        ways = product(DocumentFormat, Language)
        await asyncio.gather(*(self._rendered(template, data, form, language) for form, language in ways))

    async def _rendered(
        self,
        template: DocumentTemplate,
        data: DocumentData,
        form: DocumentFormat,
        language: Language,
        receipt: bytes | None = None,
    ) -> Rendered:
        async with self._turns:
            return await run_in_threadpool(self.renderer.render, template.kind, template, data, form, language, receipt)


def require(person: Person) -> None:
    """Raise NotAuthorized unless the person may change templates, which are the whole platform's."""
    if roles.scope(person, Permission.TEMPLATES).tenants is not None:
        raise NotAuthorized("Not authorized: templates take the role cpi_admin for the whole platform")
