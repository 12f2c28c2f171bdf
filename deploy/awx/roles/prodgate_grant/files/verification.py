"""Judges the grant of a launch: the playbook deploys what a person approved, once, or nothing.

It needs Python 3.9 and `cryptography`, which ansible-core brings with it; nothing of Ansible and nothing of Prodgate.
"""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

GRANT = "prodgate_grant"
GRANT_TYPE = "prodgate-grant+jws"
ACT_TYPE = "prodgate-act+jws"
AUDIENCE = "prodgate-playbook"
SKEW = 60
"""Seconds by which this machine's clock and the worker's may differ."""
LONGEST = 1_000_000
"""Bytes of an answer that are read."""
PATIENCE = 10.0
"""Seconds that one answer is waited for."""
OWN = ("awx_", "tower_")
"""How the variables begin that AWX adds to each job by itself."""


class Refused(Exception):
    """The playbook must not go on; `str()` says why."""


class Unreachable(Exception):
    """Prodgate can't be asked now; `str()` says why."""


@dataclass(frozen=True)
class Setup:
    """What the project's file `prodgate.json` says: never a variable of a launch, which could name other keys.

    `keys` are those that alone are taken, by kid; None takes each that the record has. `variables` are those that the
    template adds to a launch, each with its value. `wait` is how many seconds Prodgate
    may be away, and then the record without the launch.
    """

    url: str
    keys: Mapping[str, str] | None = None
    ca_bundle: str | None = None
    inventory: str | None = None
    revision: str | None = None
    limit: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    wait: float = 60.0

    @classmethod
    def of(cls, text: str) -> Setup:
        """Read the file's text. Raises Refused."""
        try:
            said = json.loads(text)
            keys = said.pop("keys", None)
            found = cls(keys={key["kid"]: key["x"] for key in keys} if keys else None, **said)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Refused(f"prodgate.json can't be read ({error}): run setup.yml again, and commit it") from error
        safe = found.url.startswith(("https://", "http://127.0.0.1:", "http://localhost:"))
        if not safe:
            raise Refused("prodgate.json names no https address of Prodgate")
        return found


@dataclass(frozen=True)
class Run:
    """One run of the playbook. `job`, `inventory` and `revision` are AWX's own word, from the environment."""

    job: str
    variables: Mapping[str, Any]
    limit: str = ""
    tags: tuple[str, ...] = ()
    skip_tags: tuple[str, ...] = ()
    check: bool = False
    inventory: str | None = None
    revision: str | None = None


Ask = Callable[[str, Any], Any]
"""Asks Prodgate: a path, and the body of a POST or None. Raises Unreachable."""


def verified(run: Run, setup: Setup, ask: Ask | None = None, now: Callable[[], float] = time.time) -> dict[str, Any]:
    """The variables that were approved, for the one job that may deploy them. Raises Refused."""
    ask = ask or _patient(_asking(setup), setup.wait)
    token = run.variables.get(GRANT)
    if not isinstance(token, str) or not token:
        raise Refused(
            "The launch carries no grant of Prodgate: have the promotion approved there, it launches by itself"
        )
    header, claims, signature = _parts(token)
    _check_form(header, claims, now())
    _check_variables(run, setup, claims)
    _check_run(run, setup, claims)
    try:
        keys = _published(ask, setup)
        _check_signature(token, header, signature, keys, "grant")
        _check_job(run, claims, _launched(token, claims, setup, ask), keys)
    except Unreachable as error:
        raise Refused(f"Prodgate can't be asked whether this job may deploy: {error}") from error
    return dict(claims["variables"])


# What the grant says


def _parts(token: str, typ: str = GRANT_TYPE) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    """Header, claims and signature of a compact JWS of that type, none of it believed yet."""
    try:
        first, second, third = token.split(".")
        header, claims = json.loads(_decoded(first)), json.loads(_decoded(second))
        signature = _decoded(third)
    except (ValueError, TypeError) as error:
        raise Refused("The grant can't be read: it was changed, or is none") from error
    if not isinstance(header, dict) or not isinstance(claims, dict) or "crit" in header:
        raise Refused("The grant can't be read: it was changed, or is none")
    if header.get("typ") != typ or header.get("alg") not in ("Ed25519", "EdDSA"):
        raise Refused("The signature is not that of a grant")
    return header, claims, signature


def _check_form(header: Mapping[str, Any], claims: Mapping[str, Any], now: float) -> None:
    whole = all(isinstance(claims.get(name), str) for name in ("ticket", "digest", "marker"))
    times = all(type(claims.get(name)) is int for name in ("attempt", "iat", "exp"))
    if not whole or not times or not isinstance(claims.get("variables"), dict) or claims.get("aud") != AUDIENCE:
        raise Refused("The grant is for something else than this playbook")
    if now < claims["iat"] - SKEW:
        raise Refused("The grant is of the future: compare the clocks of this machine and of Prodgate's worker")
    if now >= claims["exp"] + SKEW:
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(claims["exp"]))
        raise Refused(f"The grant ended at {moment}: the job waited too long. Retry the promotion in Prodgate")


def _check_variables(run: Run, setup: Setup, claims: Mapping[str, Any]) -> None:
    """Compare both ways: a variable of a launch overrides whatever the inventory and the playbook say."""
    wanted = dict(setup.variables)
    wanted.update(claims["variables"])
    given = {name: value for name, value in run.variables.items() if name != GRANT and not name.startswith(OWN)}
    for name in sorted(set(wanted) | set(given)):
        if name not in wanted:
            raise Refused(f"The variable {name} is none of what was approved")
        if name not in given:
            raise Refused(f"The variable {name} is missing, which was approved")
        if given[name] != wanted[name] or isinstance(given[name], bool) != isinstance(wanted[name], bool):
            raise Refused(f"The variable {name} is {_shown(given[name])}, and {_shown(wanted[name])} was approved")


def _check_run(run: Run, setup: Setup, claims: Mapping[str, Any]) -> None:
    """What AWX lets a template, or a launch, change beside the variables."""
    if not run.job.isdigit():
        raise Refused("AWX names no job (JOB_ID): this is no job of AWX")
    if run.check:
        raise Refused("The job only checks, which was not approved")
    if run.limit != setup.limit:
        raise Refused(f"The job is limited to {_shown(run.limit)}, and {_shown(setup.limit)} is expected")
    if set(run.tags) - {"all", ""} or set(run.skip_tags) - {claims["marker"], ""}:
        raise Refused("The job leaves tasks out by their tags")
    if setup.inventory is not None and run.inventory != setup.inventory:
        raise Refused(f"The job has inventory {run.inventory}, and {setup.inventory} is expected")
    if setup.revision is not None and run.revision != setup.revision:
        raise Refused(f"The project is at {run.revision}, and {setup.revision} is expected")


# What Prodgate says


def _published(ask: Ask, setup: Setup) -> dict[str, dict[str, Any]]:
    """The keys of the service that the record has now, by kid; of those, the pinned ones."""
    said = ask("/v1/keys", None)
    try:
        keys = {key["kid"]: key for key in said["keys"] if key["class"] == "service"}
        if setup.keys is not None:
            keys = {kid: key for kid, key in keys.items() if setup.keys.get(kid) == key["x"]}
    except (TypeError, KeyError, AttributeError) as error:
        raise Unreachable("its keys can't be read") from error
    return keys


def _check_signature(
    token: str, header: Mapping[str, Any], signature: bytes, keys: Mapping[str, Mapping[str, Any]], what: str
) -> None:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError as error:
        raise Refused("Python's package cryptography is missing in the execution environment") from error
    key = keys.get(str(header.get("kid")))
    if key is None:
        raise Refused(f"The {what} is signed by none of the keys of Prodgate's worker that are taken here")
    if key.get("ended") is not None:
        raise Refused(f"The {what} is signed by a key that {str(key['ended'])[:100]}")
    try:
        public = Ed25519PublicKey.from_public_bytes(_decoded(key["x"]))
        public.verify(signature, token.rpartition(".")[0].encode("ascii"))
    except (InvalidSignature, ValueError, TypeError, KeyError) as error:
        raise Refused(f"The signature of the {what} is forged") from error


def _launched(token: str, claims: Mapping[str, Any], setup: Setup, ask: Ask) -> Mapping[str, Any]:
    """The job that the record has for the attempt; it has it a moment after AWX made it."""
    until = time.monotonic() + setup.wait
    while True:
        said = ask("/v1/grants", {"grant": token})
        if not isinstance(said, dict):
            raise Unreachable("its answer can't be read")
        if said.get("job") is not None:
            return said
        if not said.get("later") or time.monotonic() >= until:
            why = str(said.get("reason"))[:300]
            raise Refused(f"Prodgate knows no job of {claims['marker']} that may deploy: {why}")
        time.sleep(1.0)


def _check_job(
    run: Run, claims: Mapping[str, Any], said: Mapping[str, Any], keys: Mapping[str, Mapping[str, Any]]
) -> None:
    """The worker signed which job it launched: no answer of anybody else's makes another one of it."""
    header, act, signature = _parts(str(said.get("act")), ACT_TYPE)
    _check_signature(str(said["act"]), header, signature, keys, "launch")
    same = all(act.get(name) == claims[name] for name in ("ticket", "attempt", "digest"))
    job = act["job"].get("job") if isinstance(act.get("job"), dict) else None
    if not same or act.get("action") != "deploying" or type(job) is not int:
        raise Refused("Prodgate's answer is about another launch")
    if str(job) != run.job:
        raise Refused(f"Job {run.job} may not use the grant of {claims['marker']}, which is job {job}'s")


# The wire


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def _asking(setup: Setup) -> Ask:
    """Calls of the address in `prodgate.json`, over TLS."""
    handlers: list[Any] = [_NoRedirect]
    if setup.url.startswith("https:"):
        handlers.append(urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=setup.ca_bundle)))
    opener = urllib.request.build_opener(*handlers)

    def ask(path: str, body: Any) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        request = urllib.request.Request(setup.url.rstrip("/") + path, data=data, headers=headers)  # noqa: S310  as `of` lets through
        try:
            with opener.open(request, timeout=PATIENCE) as answer:
                return json.loads(answer.read(LONGEST))
        except urllib.error.HTTPError as error:
            raise Unreachable(f"it answered {error.code}") from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise Unreachable(str(getattr(error, "reason", error)) or type(error).__name__) from error

    return ask


def _shown(value: Any) -> str:
    return repr(value)[:100]


def _patient(ask: Ask, wait: float) -> Ask:
    """The same, asked again for so many seconds while Prodgate can't be reached: a restart fails no deployment."""
    until = time.monotonic() + wait

    def asked(path: str, body: Any) -> Any:
        while True:
            try:
                return ask(path, body)
            except Unreachable:
                if time.monotonic() >= until:
                    raise
            time.sleep(1.0)

    return asked


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
