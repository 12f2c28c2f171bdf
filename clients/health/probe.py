"""Looks once at what was deployed, by a probe that the catalogue names, and says in a few clean words what it saw.

A probe of an address leads to no place of ours, is redirected nowhere, and reads little; whatever keeps it from an
answer is a look that does not hold.
"""

import asyncio
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from ssl import SSLContext
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clients.addresses import NotAllowed, Resolve, calling, judged, resolved
from clients.http import reason
from clients.letters import one_line
from clients.tls import context
from domain.health import WORDS, HealthCheck, HttpProbe, JsonValue, PrometheusProbe, compared
from domain.webhooks import Address, Network

ANSWER_WITHIN = 5.0
"""Seconds for one look, all in all: an application that takes longer is not well."""

CONNECT_WITHIN = 3.0
LARGEST = 64_000
"""Bytes of an answer that a look reads; what says more does not hold where something has to be found in it."""

FIRST = 1_000
"""Bytes that are read of an answer to quote its first words."""

MOST_SHOWN = 3
"""Values of a query that a look tells."""


@dataclass(frozen=True)
class ProbeOutcome:
    """The outcome of one look: whether the probe held, and the words for it."""

    held: bool
    words: str


@dataclass(frozen=True)
class Prometheus:
    """The Prometheus of this installation, by its address and the token that it asks for."""

    url: str
    token: str | None = None


class NothingSeen(Exception):
    """The look came to nothing; `str()` says why."""


@dataclass(frozen=True)
class HealthProbe:
    """Looks. `allowed` are the networks besides the public ones, and those that are called without TLS."""

    allowed: tuple[Network, ...] = ()
    ca_bundle: Path | None = None
    prometheus: Prometheus | None = None
    resolve: Resolve = resolved

    async def look(self, check: HealthCheck) -> ProbeOutcome:
        """Look once; whatever goes wrong is what was seen."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                if check.http is not None:
                    return await self._by_http(check.http)
                return await self._by_query(check.prometheus)
        except TimeoutError:
            return ProbeOutcome(False, f"no whole answer within {ANSWER_WITHIN:g} s")
        except (NothingSeen, NotAllowed) as error:
            return ProbeOutcome(False, cleaned(str(error)))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            return ProbeOutcome(False, cleaned(f"it can't be reached: {reason(error)}"))

    async def _by_http(self, probe: HttpProbe) -> ProbeOutcome:
        url = httpx.URL(probe.url)
        address: Address = await judged(url, self.allowed, self.resolve, "health checks")
        headers = {"accept-encoding": "identity", "accept": "*/*"}
        async with calling("GET", url, address, headers, self._tls, self._waits) as answer:
            status = answer.status_code
            if status != probe.status or "content-encoding" in answer.headers:
                body, _ = await _read(answer, FIRST)
                return ProbeOutcome(False, quoted(f"status {status}", body))
            if probe.text is None and probe.json_value is None:
                return ProbeOutcome(True, f"status {status}")
            body, whole = await _read(answer, LARGEST)
        if not whole:
            return ProbeOutcome(False, quoted(f"status {status} and more than {LARGEST:,} bytes", body))
        return _found(probe, status, body)

    async def _by_query(self, probe: PrometheusProbe | None) -> ProbeOutcome:
        if self.prometheus is None or probe is None:
            raise NothingSeen("the worker's settings name no Prometheus")
        token = self.prometheus.token
        headers = {"authorization": f"Bearer {token}"} if token else {}
        where = f"{self.prometheus.url.rstrip('/')}/api/v1/query"
        async with (
            httpx.AsyncClient(verify=self._tls, trust_env=False, timeout=self._waits, headers=headers) as http,
            http.stream("POST", where, data={"query": probe.query}, headers={"accept-encoding": "identity"}) as answer,
        ):
            body, whole = await _read(answer, LARGEST)
        if not whole or answer.status_code != httpx.codes.OK:
            said = quoted(f"Prometheus answered {answer.status_code}", body)
            raise NothingSeen(said.replace(token, "***") if token else said)
        values = read_values(body)
        shown = ", ".join(f"{value:g}" for value in values[:MOST_SHOWN]) + (", …" if len(values) > MOST_SHOWN else "")
        held = compared(values, probe)
        wanted = f"{probe.operator} {probe.threshold:g}"
        return ProbeOutcome(
            held, f"value {shown}, wanted {wanted}" if values else f"the query found nothing, wanted {wanted}"
        )

    @property
    def _waits(self) -> httpx.Timeout:
        return httpx.Timeout(ANSWER_WITHIN, connect=CONNECT_WITHIN)

    @cached_property
    def _tls(self) -> SSLContext:
        return context(self.ca_bundle, None)


async def _read(answer: httpx.Response, most: int) -> tuple[bytes, bool]:
    """The body as far as it is read, and whether that is all. Nothing is unpacked, which could have no end."""
    body = bytearray()
    async for piece in answer.aiter_raw():
        body += piece
        if len(body) > most:
            return bytes(body[:most]), False
    return bytes(body), True


def _found(probe: HttpProbe, status: int, body: bytes) -> ProbeOutcome:
    """The look at an answer in which something has to be found."""
    said = quoted(f"status {status}", body)
    if probe.text is not None and probe.text not in body.decode("utf-8", "replace"):
        return ProbeOutcome(False, said)
    if probe.json_value is not None:
        found = value_at(body, probe.json_value)
        if not _same(found, probe.json_value.value):
            return ProbeOutcome(False, said)
    return ProbeOutcome(True, said)


def value_at(body: bytes, wanted: JsonValue) -> Any:
    """The value in the JSON to which the path leads; None where there is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    for key in wanted.path.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _same(found: Any, wanted: str | bool | float) -> bool:
    """Compare as JSON does: true is no 1."""
    return isinstance(found, bool) is isinstance(wanted, bool) and bool(found == wanted)


class _QueryPart(BaseModel):
    """An answer of Prometheus' HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/)."""

    model_config = ConfigDict(extra="ignore")


class _Sample(_QueryPart):
    value: tuple[float, str]


class _QueryData(_QueryPart):
    type: str = Field(alias="resultType")
    result: list[Any]


class _QueryAnswer(_QueryPart):
    status: str
    data: _QueryData


def read_values(body: bytes) -> list[float]:
    """The values that an instant query found, one a series. Raises NothingSeen for what is no such answer."""
    try:
        data = _QueryAnswer.model_validate_json(body).data
        if data.type == "scalar":
            return [float(str(data.result[1]))]
        if data.type == "vector":
            return [float(_Sample.model_validate(each).value[1]) for each in data.result]
    except (ValidationError, ValueError, IndexError, RecursionError) as error:
        raise NothingSeen("Prometheus answered something that it does not") from error
    raise NothingSeen(f"the query finds a {cleaned(data.type, 40)}, and a vector or a scalar is compared")


def quoted(said: str, body: bytes) -> str:
    """The words, with the first ones of the answer, where it has some."""
    first = cleaned(body[:FIRST].decode("utf-8", "replace"))
    return f"{said}: {first}" if first else said


def cleaned(text: str, most: int = WORDS) -> str:
    """The text on one line, without anything that can't be seen, and no longer than that."""
    line = one_line(text)
    return line if len(line) <= most else f"{line[: most - 1]}…"
