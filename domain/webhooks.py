"""The webhooks of a tenant: which address is told of which events, and which addresses may be called at all."""

import hashlib
import re
from collections import Counter
from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from domain.announcement import Event, Fact
from domain.values import Frozen, Moment, Tenant, TicketId

MOST_WEBHOOKS = 10
"""Addresses of one tenant."""

MOST_LETTERS = 1_000
"""Undelivered announcements that are remembered."""

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_URL = re.compile(r"https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?([/?][!-\"$-\[\]-~]*)?")


def _address(url: str) -> str:
    if not _URL.fullmatch(url):
        raise ValueError("must be an https address without user, password, fragment or spaces")
    return url


WebhookUrl = Annotated[str, Field(max_length=2_000), AfterValidator(_address)]
"""An address without user, password or fragment; http is for networks that the settings allow."""

SecretName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
WebhookId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]


class WebhookEntry(Frozen):
    """One entry of a tenant's file; without `events`, every change of a request is told."""

    url: WebhookUrl
    secret_name: SecretName
    events: Annotated[tuple[Fact, ...], Field(min_length=1)] | None = None


class Webhook(WebhookEntry):
    """A webhook of one tenant."""

    tenant: Tenant

    @property
    def id(self) -> str:
        """The name that stays as long as tenant and address do; it tells neither."""
        return hashlib.sha256(f"{self.tenant}\n{self.url}".encode()).hexdigest()[:12]

    @property
    def secret(self) -> str:
        """The key of its secret in the file of secrets."""
        return f"{self.tenant}/{self.secret_name}"

    def wants(self, event: Event) -> bool:
        return not event.for_people and (self.events is None or event in self.events)


class WebhookCall(Frozen):
    """A person's wish that a webhook of a tenant be called now: with a test, or with a change of one of its tickets."""

    tenant: Tenant
    id: WebhookId
    ticket: TicketId | None = None
    number: int | None = None


class WebhookResult(Frozen):
    """The result of a call: the status that the receiver answered with, or why there is none."""

    delivered: bool
    status: int | None = None
    failure: str | None = None


class DeadLetter(Frozen):
    """An announcement that a destination was not told, and will not be; `why` is the last failure."""

    ticket: TicketId
    tenant: Tenant | None = None
    event: Event
    number: int
    at: Moment
    to: str
    why: str
    given_up: Moment


class DeadLetters(Frozen):
    """The undelivered announcements of one channel, oldest first: a file of its outbox."""

    letters: tuple[DeadLetter, ...] = ()

    def with_(self, more: Collection[DeadLetter]) -> "DeadLetters":
        """The same with these; of too many, the oldest of the destination that has most go first."""
        letters = (*self.letters, *more)
        kept = {number: each.to for number, each in enumerate(letters)}
        count = Counter(kept.values())
        while len(kept) > MOST_LETTERS:
            most = max(count, key=count.__getitem__)
            del kept[next(number for number, to in kept.items() if to == most)]
            count[most] -= 1
        return DeadLetters(letters=tuple(letters[number] for number in kept))


_GLOBAL_UNICAST = IPv6Network("2000::/3")
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv4 addresses as an IPv6-only network sees them (RFC 6052)."""

_REFUSED: tuple[Network, ...] = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments; Oracle's metadata
    IPv4Network("168.63.129.16/32"),  # Azure's own services, at a public address
    IPv6Network("2001::/23"),  # Teredo and other tunnels
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),  # 6to4, which leads to any IPv4 address
)
"""Addresses that Python calls global, by its version, and that a receiver never has."""


def callable_at(address: Address, allowed: Collection[Network]) -> bool:
    """Tells whether a webhook may be called there: at a public address, or in a network that is allowed."""
    seen = _plain(address)
    return is_allowed(seen, allowed) or _public(seen)


def is_allowed(address: Address, allowed: Collection[Network]) -> bool:
    """Tells whether the address is in a network that the settings name."""
    return any(_plain(address) in network for network in allowed)


def _plain(address: Address) -> Address:
    """The IPv4 address within an IPv6 address that stands for one."""
    if isinstance(address, IPv4Address):
        return address
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or IPv6Address(int(address))  # without a zone, which no network has


def _public(address: Address) -> bool:
    if any(address in network for network in _REFUSED):
        return False
    if isinstance(address, IPv6Address):
        return address in _GLOBAL_UNICAST
    return address.is_global and not address.is_multicast
