"""Makes links to documents and serves them, each once: to whoever made it, or to whoever holds it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from limits import RateLimitItemPerMinute
from starlette.concurrency import run_in_threadpool

from api.counting import Counts
from api.errors import NotFound, TooManyRequests
from api.making import ReportOrders
from api.report_engine import ReportEngine
from domain import roles
from domain.documents import DocumentFormat
from domain.errors import Unproven
from domain.links import DocumentLink, LinkInvalid, LinkUsed
from domain.reports import ReportId
from domain.roles import Permission, Person
from domain.storage import DocumentStorage
from domain.values import Frozen, Moment, Tenant
from record.people.directory import DirectoryReader
from record.signing.keys import KeyReader
from record.signing.signatures import Signer


class LinkBody(Frozen):
    """A file to make a link to. One that is not `bound` works for whoever holds it, without signing in."""

    report: ReportId
    tenant: Tenant
    form: DocumentFormat
    bound: bool = True


class MadeLink(Frozen):
    """A link that works once, until then."""

    url: str
    until: Moment
    bound: bool


@dataclass(frozen=True)
class Links:
    """Signs links with the API's key. Any process of the API takes one that another made."""

    reports: ReportOrders
    storage: DocumentStorage
    engine: ReportEngine
    signer: Signer
    keys: KeyReader
    directory: DirectoryReader
    counts: Counts
    public_url: str
    live: timedelta
    per_minute: int
    now: Callable[[], datetime]

    async def make(self, person: Person, body: LinkBody) -> MadeLink:
        """A link to the file. Raises NotAuthorized, NotFound, TooManyRequests."""
        await self._count(person.subject or person.email)
        report, now = await self.reports.get(person, body.report), self.now()
        part = next((each for each in report.parts if each.tenant == body.tenant), None)
        file = part.file(body.form) if part else None
        if file is None:
            raise NotFound("No such file")
        link = DocumentLink(
            **body.model_dump(),
            id=secrets.token_hex(16),
            sha256=file.sha256,
            name=file.name,
            at=now,
            until=now + self.live,
            email=person.email,
            sub=person.subject,
            issuer=person.issuer,
        )
        path = "links" if body.bound else "shared"
        token = await run_in_threadpool(self.signer.seal, link)
        return MadeLink(url=f"{self.public_url.rstrip('/')}/v1/{path}/{token}", until=link.until, bound=body.bound)

    async def read(self, token: str, holder: Person | None, counted: str) -> DocumentLink:
        """The link, where it still works for who holds it; `counted` is by whom attempts are counted.

        Raises TooManyRequests, LinkInvalid, LinkExpired, LinkNotYours, NotAuthorized.
        """
        await self._count(counted)
        link = await run_in_threadpool(self._proven, token)
        link.check(self.now(), holder)
        await run_in_threadpool(self._check_maker, link)
        return link

    async def use(self, link: DocumentLink) -> bytes:
        """The content, once: read and checked first, so that no fault spends a link.

        Raises LinkUsed, DocumentGone, DocumentDamaged, StorageDown, EngineUnavailable.
        """
        content = await self.storage.get(link.tenant, link.sha256)
        if not await self.engine.spend(link.id):
            raise LinkUsed
        return content

    def _proven(self, token: str) -> DocumentLink:
        try:
            return self.keys.current().link(token)
        except Unproven as error:  # among them a key that ended
            raise LinkInvalid from error

    def _check_maker(self, link: DocumentLink) -> None:
        """Raise NotAuthorized where who made the link may not have the tenant's reports any more."""
        maker = self.directory.current().person(link.email, link.sub)
        if maker is None or not roles.holds(maker, Permission.REPORT, link.tenant):
            raise roles.lacking(Permission.REPORT, link.tenant, ())

    async def _count(self, whose: str) -> None:
        if wait := await self.counts.take(RateLimitItemPerMinute(self.per_minute), "link", whose):
            raise TooManyRequests(wait)
