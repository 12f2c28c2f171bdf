"""Makes, confirms, lists and withdraws the passkeys of people."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self
from urllib.parse import urlsplit

from limits import RateLimitItemPerMinute
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.auth import SignedIn
from api.confirming import PasskeyChallenge, PasskeyChoice
from api.counting import Counts
from api.engine import Engine
from api.errors import NotFound, TooManyRequests
from api.message_signing import MessageSigner
from api.passkey_engine import change_passkey
from api.trail import acted
from domain.assertions import LONGEST_ANSWER, Assertion, Base64Url, PasskeyId, to_base64url
from domain.errors import NotAuthorized, PasskeyInvalid, PasskeyOver, TooManyPasskeys
from domain.passkeys import (
    MOST_PASSKEYS,
    Label,
    Passkey,
    PasskeyAction,
    PasskeyChange,
    PasskeyClaims,
    in_time,
    passkey_challenge,
    registration_challenge,
)
from domain.roles import Person, same_address
from domain.trail import AuditAction
from domain.values import Email, Frozen, Moment
from record.facts.controls import Controls
from record.facts.passkeys import PasskeyBook
from record.people.passkeys import text_of
from record.signing.authenticators import ALGORITHMS, LONGEST_ATTESTATION, NewCredential, Site, registered
from record.trail.writing import Trail

PER_MINUTE = 30
"""Passkeys that one person makes or ends in a minute, tries counted."""


def site_of(public_url: str) -> Site:
    """The console at its public address, as authenticators know it."""
    parts = urlsplit(public_url.lower())
    port = f":{parts.port}" if parts.port and parts.port != {"https": 443, "http": 80}.get(parts.scheme) else ""
    return Site(rp_id=parts.hostname or "", origin=f"{parts.scheme}://{parts.hostname}{port}")


class PasskeyOptions(Frozen):
    """The options of `navigator.credentials.create`: user verification required, no attestation.

    `user_id` is bytes in base64url; `known` are the credentials of passkeys that the caller has already. `asked` comes
    back with the answer.
    """

    challenge: Base64Url
    asked: Moment
    rp_id: str
    user_id: Base64Url
    user_name: str
    display_name: str
    algorithms: tuple[int, ...]
    known: tuple[Base64Url, ...]


class PasskeyBody(Frozen):
    """A passkey that the browser made, and the answer of an earlier one to it, where there is one."""

    label: Label
    asked: Moment
    credential: Base64Url
    client_data: Annotated[str, Field(max_length=LONGEST_ANSWER)]
    attestation: Annotated[str, Field(max_length=LONGEST_ATTESTATION)]
    confirmation: Assertion | None = None


class ShownPasskey(Frozen):
    """A passkey of the caller's. `counts` tells that it confirms decisions now; `confirmed` that an earlier one did it.

    One that neither counts nor was withdrawn was removed or changed, or is bound to another sign-in.
    """

    id: PasskeyId
    label: Label
    created_at: Moment
    origin: str
    counts: bool
    confirmed: bool
    withdrawn_at: Moment | None
    withdrawn_by: Email | None

    @classmethod
    def of(cls, passkey: Passkey, *, counts: bool) -> Self:
        ended = passkey.withdrawn
        return cls(
            id=passkey.id,
            label=passkey.label,
            created_at=passkey.created_at,
            origin=passkey.origin,
            counts=counts,
            confirmed=passkey.confirmation is not None,
            withdrawn_at=ended.at if ended else None,
            withdrawn_by=ended.by if ended else None,
        )


class MadePasskey(Frozen):
    """A passkey as its file: recorded, or for people to commit at `path`, which is how a first one comes to count.

    `confirm` is the challenge by which an earlier passkey of the caller's confirms it; null where they have none.
    """

    passkey: ShownPasskey
    recorded: bool
    path: str
    text: str
    confirm: PasskeyChallenge | None


@dataclass(frozen=True)
class Keyring:
    """Makes files of what authenticators answer; the engine has those recorded that an earlier passkey confirms."""

    engine: Engine
    controls: Controls
    signer: MessageSigner
    counts: Counts
    trail: Trail
    site: Site
    now: Callable[[], datetime]

    def shown(self, caller: Person) -> list[ShownPasskey]:
        """The caller's passkeys, the newest first; those that ended, too."""
        book = self.controls.passkeys.current()
        own = [each for each in (*book.counting.values(), *book.ended) if _is_at(each, caller)]
        own.sort(key=lambda each: (each.created_at, each.id), reverse=True)
        return [ShownPasskey.of(each, counts=_counts(book, each, caller)) for each in own]

    async def options(self, by: SignedIn) -> PasskeyOptions:
        """The options of a new passkey for the browser. Raises NotAuthorized, TooManyPasskeys, TooManyRequests."""
        person, subject = await self._counted(by)
        own, asked = await run_in_threadpool(self._own, person), self.now().replace(microsecond=0)
        if len(own) >= MOST_PASSKEYS:
            raise TooManyPasskeys
        user = hashlib.sha256(f"{person.issuer} {subject}".encode()).digest()
        return PasskeyOptions(
            challenge=to_base64url(registration_challenge(person.email, subject, person.issuer, asked)),
            asked=asked,
            rp_id=(await run_in_threadpool(self._site)).rp_id,
            user_id=to_base64url(user),
            user_name=person.email,
            display_name=person.name,
            algorithms=tuple(int(each) for each in ALGORITHMS),
            known=tuple(each.credential for each in own),
        )

    async def make(self, by: SignedIn, body: PasskeyBody) -> MadePasskey:
        """The file of the passkey; recorded, where an earlier passkey's answer to it came with it.

        Raises NotAuthorized, PasskeyInvalid, PasskeyOver, TooManyPasskeys, TooManyRequests, EngineUnavailable.
        """
        person, subject = await self._counted(by)
        now = self.now().replace(microsecond=0)
        if not in_time(body.asked, now):
            raise PasskeyInvalid("The authenticator answered too late: begin again")
        challenge = registration_challenge(person.email, subject, person.issuer, body.asked)
        whose = {"person": person.email, "subject": subject, "issuer": person.issuer}
        said = whose | {"label": body.label, "created_at": body.asked}
        answer = NewCredential(credential=body.credential, client_data=body.client_data, attestation=body.attestation)
        made = await run_in_threadpool(registered, answer, challenge, await run_in_threadpool(self._site), said)
        book = await run_in_threadpool(self.controls.passkeys.current)
        if made.id in book.counting or any(each.id == made.id for each in book.ended):
            raise PasskeyOver("This authenticator has a passkey that is in the record already")
        if body.confirmation is not None:
            made = made.model_copy(update={"confirmation": body.confirmation})
            await run_in_threadpool(book.check_confirmed, made)
            await self._record(by, made, now)
            self.trail.note(acted(by, AuditAction.REGISTER_PASSKEY, detail=f"{made.id}: {made}"))
        recorded, own = body.confirmation is not None, book.of(person.email, subject, person.issuer)
        confirm = _challenge(made, own, now) if own and not recorded else None
        shown = ShownPasskey.of(made, counts=recorded)
        return MadePasskey(passkey=shown, recorded=recorded, path=made.path, text=text_of(made), confirm=confirm)

    async def withdraw(self, by: SignedIn, identity: str) -> ShownPasskey:
        """End the caller's passkey now. Raises NotFound, PasskeyOver, TooManyRequests, EngineUnavailable."""
        await self._counted(by)
        book, now = await run_in_threadpool(self.controls.passkeys.current), self.now().replace(microsecond=0)
        found = book.counting.get(identity)
        if found is None or not _is_at(found, by.person):
            if any(each.id == identity and _is_at(each, by.person) for each in book.ended):
                raise PasskeyOver
            raise NotFound("No such passkey")
        ended = found.ended_by(by.person.email, max(now, found.created_at))
        await self._record(by, ended, now)
        self.trail.note(acted(by, AuditAction.WITHDRAW_PASSKEY, detail=f"{ended.id}: {ended}"))
        return ShownPasskey.of(ended, counts=False)

    async def _record(self, by: SignedIn, passkey: Passkey, now: datetime) -> None:
        """Have the act committed, signed by whoever it is of."""
        claims = PasskeyClaims(
            id=passkey.id,
            action=PasskeyAction.REGISTERED if passkey.withdrawn is None else PasskeyAction.WITHDRAWN,
            content=passkey.digest,
            email=by.person.email,
            sub=by.person.subject,
            issuer=by.person.issuer,
            tip=self.signer.repository.tip(),
            at=now,
            auth_time=by.at and by.at.replace(microsecond=0),
            acr=by.acr,
        )
        proof = await run_in_threadpool(self.signer.signer.seal, claims)
        await change_passkey(self.engine, PasskeyChange(passkey=passkey, name=by.person.name, proof=proof))

    def _own(self, person: Person) -> tuple[Passkey, ...]:
        return self.controls.passkeys.current().of(person.email, person.subject, person.issuer)

    def _site(self) -> Site:
        """The console's address, by the relying party that the record names. Raises PasskeyInvalid where it is none."""
        sites = self.controls.directory.current().rules.passkeys
        if sites is None:
            return self.site
        if self.site.origin not in sites.origins:
            raise PasskeyInvalid(f"platform.yaml does not name {self.site.origin} at spec.passkeys")
        return Site(rp_id=sites.rp_id, origin=self.site.origin)

    async def _counted(self, by: SignedIn) -> tuple[Person, str]:
        """The caller and their subject. Raises NotAuthorized for whom no file names and for service accounts."""
        person = by.person
        if not person.grants or person.owner is not None or person.subject is None:
            raise NotAuthorized
        if wait := await self.counts.take(RateLimitItemPerMinute(PER_MINUTE), "passkey", person.subject):
            raise TooManyRequests(wait)
        return person, person.subject


def _is_at(passkey: Passkey, person: Person) -> bool:
    """Tells whether it is of the person's address, by whichever sign-in."""
    return same_address(passkey.person) == same_address(person.email)


def _counts(book: PasskeyBook, passkey: Passkey, person: Person) -> bool:
    bound = book.takes(passkey) and passkey.is_of(person.email, person.subject, person.issuer)
    return bound and book.counting.get(passkey.id) == passkey


def _challenge(made: Passkey, own: tuple[Passkey, ...], asked: datetime) -> PasskeyChallenge:
    choices = tuple(PasskeyChoice(id=each.id, label=each.label, credential=each.credential) for each in own)
    challenge = to_base64url(passkey_challenge(made, asked))
    return PasskeyChallenge(challenge=challenge, asked=asked, rp_id=own[0].rp_id, passkeys=choices)
