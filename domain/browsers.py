"""The browsers in which somebody is notified: what each of them gave, how many one person may have, whose they are."""

import base64
import hashlib
import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from domain.errors import RuleViolation
from domain.formats import VersionedMessage
from domain.identity import SignIn
from domain.roles import Issuer, Person, Subject
from domain.values import Email, Frozen, Language, Moment

MOST_BROWSERS = 10
"""Browsers of one person."""

_URL = re.compile(r"https://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?/[!-\"$-\[\]-~]*")

_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
"""The field and the constant of the curve P-256: y² = x³ - 3x + b (SP 800-186, 3.2.1.3)."""


def _endpoint(url: str) -> str:
    if not _URL.fullmatch(url):
        raise ValueError("must be an https address without user, password, fragment or spaces")
    return url


def _point(key: str) -> str:
    """Refuse what is no point of P-256: nothing could be encrypted for it."""
    data = base64.urlsafe_b64decode(key + "=")
    x, y = int.from_bytes(data[1:33]), int.from_bytes(data[33:])
    if data[0] != 4 or max(x, y) >= _P or (y * y - x**3 + 3 * x - _B) % _P:
        raise ValueError("must be an uncompressed point of the curve P-256, in base64url")
    return key


Endpoint = Annotated[str, Field(max_length=1_000), AfterValidator(_endpoint)]
"""The address at which a push service takes messages for one browser. Whoever knows it knows the browser."""

PublicKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{87}$"), AfterValidator(_point)]
AuthSecret = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}$")]
"""16 bytes that the browser shares with whoever encrypts for it (RFC 8291, section 3.2)."""

BrowserName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
BrowserId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class TooManyBrowsers(RuleViolation):
    sentence = f"You are notified in {MOST_BROWSERS} browsers already: remove one of them first"


class EndpointRefused(RuleViolation):
    sentence = "The push service of this browser has no public address, so it is not called"


class PushOff(RuleViolation):
    sentence = "This installation notifies nobody in their browser"


class BrowserKeys(Frozen):
    """The keys of a subscription, as `PushSubscription.toJSON()` names them."""

    p256dh: Annotated[PublicKey, Field(alias="p256dh")]
    auth: AuthSecret


class BrowserBody(Frozen):
    """A browser that shall show notifications: what its `PushManager` gave, its name for people, its language."""

    endpoint: Endpoint
    keys: BrowserKeys
    name: BrowserName
    language: Language


class Browser(BrowserBody):
    """One browser of a person, and the sign-in that switched it on: it counts as long as the address is theirs."""

    at: Moment
    email: Email
    subject: Subject | None = None
    issuer: Issuer | None = None

    @classmethod
    def of(cls, person: Person, body: BrowserBody, at: Moment) -> Self:
        owner = {"email": person.email, "subject": person.subject, "issuer": person.issuer}
        return cls.model_validate(body.model_dump(by_alias=False) | owner | {"at": at})

    @property
    def id(self) -> str:
        """The name of it, which stays as long as its subscription does, and tells nothing of it."""
        return hashlib.sha256(self.endpoint.encode()).hexdigest()[:32]

    @property
    def destination(self) -> str:
        """The name under which it is told: of this owner's entry, for another may have entered the same address."""
        return hashlib.sha256(f"{self.email}\n{self.endpoint}".encode()).hexdigest()[:32]

    @property
    def sign_in(self) -> SignIn:
        return SignIn(subject=self.subject, issuer=self.issuer)

    def is_of(self, person: Person) -> bool:
        """Tells whether the person's sign-in switched it on."""
        return SignIn(subject=person.subject, issuer=person.issuer).is_of(self.sign_in)


class BrowserList(VersionedMessage):
    """The browsers of one address: a file of the record."""

    browsers: Annotated[tuple[Browser, ...], Field(max_length=MOST_BROWSERS)] = ()

    def with_(self, browser: Browser) -> "BrowserList":
        """The same with this browser, and with none of another sign-in. Raises TooManyBrowsers."""
        kept = tuple(each for each in self.browsers if each.id != browser.id and each.sign_in == browser.sign_in)
        if len(kept) >= MOST_BROWSERS:
            raise TooManyBrowsers
        return BrowserList(browsers=(*kept, browser))

    def without(self, browser: str) -> "BrowserList":
        return BrowserList(browsers=tuple(each for each in self.browsers if each.id != browser))


class BrowserChange(VersionedMessage):
    """A change on its way into the record: a browser more, or one less, by its id; `addresses` are its owner's."""

    addresses: Annotated[tuple[Email, ...], Field(min_length=1)]
    added: Browser | None = None
    removed: BrowserId | None = None

    @model_validator(mode="after")
    def _changes_one(self) -> Self:
        if (self.added is None) == (self.removed is None):
            raise ValueError("must add a browser or remove one")
        return self


class KnownBrowser(Frozen):
    """One browser of the caller, as the console lists it; its id is that of its address at the push service.

    The id is the first 32 digits of that address's SHA-256, by which a browser finds itself in the list.
    """

    id: BrowserId
    name: BrowserName
    language: Language
    since: Moment

    @classmethod
    def of(cls, browser: Browser) -> Self:
        return cls(id=browser.id, name=browser.name, language=browser.language, since=browser.at)
