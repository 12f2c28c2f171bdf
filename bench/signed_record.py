"""A record to audit: any number of promotions of one year, every act signed, made by the product's own writer."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import islice
from pathlib import Path

import pygit2
from joserfc.jwk import OKPKey

from bench.record_data import TENANTS, WORDS
from domain import lifecycle
from domain.change import Change, Proof, Recorded
from domain.roles import Requester
from domain.signing import Claims, JobEvidence, counts_from, history_digest, service_claims
from domain.ticket import SYSTEM, SYSTEM_NAME, Action, HistoryEntry, PromotionRequest
from record.files.writing import text_of
from record.git.durable import write_files
from record.git.objects import ObjectKind, object_id
from record.git.writer import Asked, Builder
from record.signing.keys import FOLDER
from record.signing.signatures import KeyClass, PublicKey, new_key, sealed

TARGETS = 300
"""Of each tenant's targets one request at a time is under way: the line of none has two."""
_YEAR = datetime(2025, 1, 1, tzinfo=UTC)
_GROUP = 2_000
"""Acts in one pack."""
_STEPS = (Action.CREATED, Action.APPROVED, Action.DEPLOYING, Action.DEPLOYED)
REQUESTER, APPROVER = "pierre.durand@cab-i.com", "marie.curie@cab-i.com"
ACTS = len(_STEPS)


def _files(keys: dict[KeyClass, OKPKey], tickets: int) -> dict[str, str]:
    """The people, the targets and the keys that the acts of so many promotions are judged by."""
    head = "apiVersion: apim.cab-i.com/v1\nkind: {kind}\n"
    people = f"[{{email: {REQUESTER}, name: Pierre, role: devops}}, {{email: {APPROVER}, name: Marie, role: cpi}}]"
    files = {"platform.yaml": head.format(kind="Platform") + "spec: {controls: 2}\n"}
    for tenant in TENANTS:
        spec = f"metadata: {{name: {tenant}}}\nspec: {{displayName: {tenant}, members: {people}}}\n"
        files[f"tenants/{tenant}.yaml"] = head.format(kind="Tenant") + spec
    for number in range(min(TARGETS, tickets)):
        entry = f"metadata: {{name: {_name(number)}, tenant: {_tenant(number)}}}\nspec: {{version: 1.0.0}}\n"
        files[f"apis/{_name(number)}.yaml"] = head.format(kind="Api") + entry
    for key_class, key in keys.items():
        public = PublicKey.model_validate(
            {"kid": key.thumbprint(), "x": key.as_dict(private=False)["x"], "created": _YEAR, "class": key_class}
        )
        files[f"{FOLDER}/{public.kid}.json"] = public.model_dump_json(by_alias=True)
    return files


def _name(number: int) -> str:
    return f"api-{number % TARGETS}"


def _tenant(number: int) -> str:
    return TENANTS[number % TARGETS % len(TENANTS)]


def _version(number: int) -> str:
    return f"1.{number // TARGETS}.1"


def _created(number: int, apart: timedelta, since: datetime = _YEAR) -> PromotionRequest:
    at = since + number * apart
    words = " ".join(WORDS[(number + n) % len(WORDS)] for n in range(60))
    return PromotionRequest.model_validate(
        {
            "metadata": {
                "id": f"PR-{since.year}-{number + 1:04}",
                "createdAt": at,
                "createdBy": REQUESTER,
                "tenant": _tenant(number),
            },
            "spec": {
                "target": {"type": "api", "name": _name(number), "version": _version(number)},
                "request": {
                    "justification": f"We {words}",
                    "releaseNotes": f"- {words[:200]}\n- {words[200:]}\n",
                    "impactAssessment": "low",
                    "rollbackPlan": f"Revert: {words[:90]}",
                },
                "preChecks": {
                    "stagingTestsPassed": True,
                    "securityScanPassed": True,
                    "performanceTestsPassed": True,
                    "testEvidenceUrl": f"https://gitlab.cab-i.com/pipeline/{number}",
                },
            },
            "status": lifecycle.status_of((HistoryEntry(action=Action.CREATED, at=at, by=REQUESTER),)),
        }
    )


def _acts(number: int, apart: timedelta) -> Iterator[tuple[datetime, int, PromotionRequest]]:
    """The promotion's states with their times; each takes less time than the target's next one is away."""
    ticket = _created(number, apart)
    yield ticket.last.at, number, ticket
    for step, action in enumerate(_STEPS[1:], 1):
        at = ticket.last.at + apart * 1.3
        job = {"job_id": f"awx-job-{number + 1}"} if step > 1 else {}
        by = APPROVER if action is Action.APPROVED else SYSTEM
        entry = HistoryEntry.model_validate({"action": action, "at": at, "by": by} | job)
        ticket = ticket.model_copy(update={"status": lifecycle.status_of((*ticket.status.history, entry))})
        yield at, number, ticket


def _all_acts(tickets: int) -> Iterator[PromotionRequest]:
    """Every act of the year in its order, several promotions under way at any time."""
    apart = timedelta(days=360) / max(tickets, 1_000)  # few take no longer than people would
    under_way: list[tuple[datetime, int, PromotionRequest]] = []
    for number in range(tickets):
        opening, *later = _acts(number, apart)
        due = [each for each in under_way if each[:2] <= opening[:2]]
        yield from (ticket for _, _, ticket in due)
        under_way = list(merge(under_way[len(due) :], later))
        yield opening[2]
    yield from (ticket for _, _, ticket in under_way)


def waiting(tickets: int, now: datetime) -> Iterator[PromotionRequest]:
    """Promotions that nobody has decided yet, asked for within the last days."""
    days = timedelta(days=6)
    return (_created(number, days / tickets, (now - days).replace(microsecond=0)) for number in range(tickets))


class Signers:
    """Both keys, and what they sign."""

    def __init__(self) -> None:
        self.keys = {key_class: new_key() for key_class in KeyClass}

    def signed(self, ticket: PromotionRequest, base: str | None, tip: str) -> Change:
        last, said = ticket.last, history_digest(ticket)
        name = SYSTEM_NAME if last.by == SYSTEM else last.by
        make = self._by_service if last.by == SYSTEM else self._by_person
        jws = make(ticket, said, tip)
        proof = Proof(jws=jws, message=said) if jws else None
        return Change(ticket=ticket, base=base, actor_name=name, proof=proof)

    def _by_service(self, ticket: PromotionRequest, said: str, tip: str) -> str:
        status = "running" if ticket.last.action is Action.DEPLOYING else "successful"
        job = JobEvidence(job=int((ticket.last.job_id or "").rpartition("-")[2]), status=status)
        claims = service_claims(ticket, said, tip, datetime.now(UTC), job)
        return sealed(claims, self.keys[KeyClass.SERVICE])

    def _by_person(self, ticket: PromotionRequest, said: str, tip: str) -> str:
        attempt, round_ = counts_from(ticket)
        last, created = ticket.last, ticket.last.action is Action.CREATED
        claims = Claims(
            id=said,
            ticket=ticket.id,
            digest=ticket.digest,
            action=last.action,
            email=last.by,
            sub=last.by,
            roles=(),
            words=None,
            at=last.at,
            message=said,
            requester=Requester(subject=last.by, addresses=(last.by,)) if created else None,
            issuer="https://login.cab-i.com",
            decide_by=last.at + timedelta(days=7) if created else None,
            attempt=attempt,
            round=round_,
            tip=tip,
        )
        return sealed(claims, self.keys[KeyClass.PEOPLE])


class PeoplesSigners(Signers):
    """The key of people alone: commits as they were before the service signed."""

    def _by_service(self, ticket: PromotionRequest, said: str, tip: str) -> str:
        del ticket, said, tip
        return ""


def signed_record(
    path: Path,
    tickets: int,
    signers: Signers | None = None,
    group: int = _GROUP,
    acts: Iterator[PromotionRequest] | None = None,
) -> Path:
    """A bare repository with that many promotions, four signed commits each or these acts, packed as Git would.

    Whoever signs has seen the commit before the group.
    """
    signers = signers or Signers()
    shutil.rmtree(path, ignore_errors=True)
    subprocess.run(["git", "init", "-q", "--bare", "--initial-branch=main", path], check=True)
    repository, index = pygit2.Repository(str(path)), pygit2.Index()
    for file, text in _files(signers.keys, tickets).items():
        index.add(pygit2.IndexEntry(file, repository.create_blob(text.encode()), pygit2.enums.FileMode.BLOB))
    ada = pygit2.Signature("Ada", "ada@cab-i.com")
    tip = str(repository.create_commit("refs/heads/main", ada, ada, "Begin", index.write_tree(repository), []))
    builder, acts = Builder(path), acts or _all_acts(tickets)
    while part := list(islice(acts, group)):
        tip = _write(path, builder, part, signers, tip)
    subprocess.run(["git", "-C", path, "repack", "-adq"], check=True)
    return path


def _write(path: Path, builder: Builder, group: list[PromotionRequest], signers: Signers, tip: str) -> str:
    """Write the acts in one pack; the new tip, which the next group's signers have seen."""
    changes = tuple(Asked(signers.signed(each, _revision(lifecycle.previous(each)), tip)) for each in group)
    draft = builder.draft(changes, tip)
    if refused := [each for each in draft.outcomes if not isinstance(each, Recorded)]:
        raise refused[0]
    write_files(draft.pack.files(path / "objects" / "pack"))
    (path / "refs/heads/main").write_text(f"{draft.tip}\n")
    return str(draft.tip)


def _revision(ticket: PromotionRequest | None) -> str | None:
    return None if ticket is None else object_id(ObjectKind.BLOB, text_of(ticket).encode()).hex()
