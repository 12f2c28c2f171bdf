"""Gathers what proves one ticket: the commit of each act, its signature, its key, and AWX's word on its jobs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pygit2

from domain import lifecycle
from domain.documents import (
    ActProof,
    DocumentedAct,
    DocumentedAttempt,
    DocumentedViolation,
    EvidencePack,
    KeyState,
    RecordState,
    Verification,
)
from domain.errors import Unproven
from domain.signing import SERVICE_TYPE, TYPE, Claims, JobEvidence, ServiceClaims, mismatch
from domain.ticket import SYSTEM, SYSTEM_NAME, Action, HistoryEntry, PromotionRequest, State
from record.errors import RecordUnavailable
from record.git.lasting import repository_at
from record.git.message import SIGNATURE, plain, trailer
from record.git.repository import Repository
from record.index.proving import KeysByPlace, NamedCommit, Prover, unproven
from record.index.reader import Index
from record.signing.signatures import Keys, PublicKey, kid_of

_ENDS = {Action.DEPLOYED: State.DEPLOYED, Action.FAILED: State.FAILED}


@dataclass(frozen=True, slots=True)
class _Evidenced:
    """An act as a document shows it, what its signature states, and whether its time asks for a signature."""

    act: DocumentedAct
    claims: Claims | ServiceClaims | None
    needs_proof: bool

    @property
    def job(self) -> JobEvidence | None:
        return self.claims.job if isinstance(self.claims, ServiceClaims) else None


@dataclass(frozen=True)
class EvidenceReader:
    """Reads the evidence of tickets, as the branch has it now."""

    repository: Repository
    index: Index
    keys: KeysByPlace
    branch: str

    def pack(self, ticket_id: str, made_at: datetime, zone: str) -> EvidencePack | None:
        """The evidence pack of a recorded ticket, None where the record has none; costs a read of each of its commits.

        Raises RecordUnavailable.
        """
        with self.index.still():
            ticket, tip = self.index.get(ticket_id), self.repository.tip()
            if ticket is None:
                return None
            try:
                evidenced = tuple(self._acts(ticket))
            except (pygit2.GitError, KeyError, OSError) as error:
                raise RecordUnavailable(f"The commits of {ticket_id} can't be read: {error}") from error
            changed = self.index.unproven(ticket.path)
        acts = tuple(each.act for each in evidenced)
        return EvidencePack(
            made_at=made_at,
            zone=zone,
            record=RecordState(branch=self.branch, tip=tip),
            ticket=ticket,
            requester_name=acts[0].name,
            production_shown=_production_shown(evidenced),
            acts=acts,
            attempts=_attempts(evidenced),
            verification=_verified(evidenced, changed),
        )

    def _acts(self, ticket: PromotionRequest) -> Iterator[_Evidenced]:
        git = repository_at(self.repository.path)
        prover = Prover(git, self.keys)
        named = self.index.commits(ticket.id)
        commits = [NamedCommit(bytes.fromhex(each.oid), each.position, each.saw_line) for each in named]
        for number, entry in enumerate(ticket.status.history, 1):
            place, then = self.index.position(ticket, number - 1), lifecycle.as_of(ticket, number)
            found = None if place is None else _bringing(prover, commits, then, place)
            made = git[found.oid.hex()].peel(pygit2.Commit) if found else None
            keys = self.keys.before(found.position) if found else Keys()
            stated = _stated(made, keys, then) if made else None
            claims, proof = (stated[0], self._proof(stated, keys, ticket.metadata.tenant)) if stated else (None, None)
            needs = place is None or self.keys.before(place).signs_service or entry.by_person
            yield _Evidenced(_act(number, entry, made, proof), claims, needs)

    def _proof(self, stated: tuple[Claims | ServiceClaims, str], then: Keys, tenant: str) -> ActProof:
        """The proof, with the key as it is by now; as it was then where its file has gone."""
        claims, kid = stated
        return _proof(claims, (self.keys.current().known.get(kid) or then.known[kid])[0], tenant)


def _bringing(
    prover: Prover, commits: Iterable[NamedCommit], ticket: PromotionRequest, place: int
) -> NamedCommit | None:
    """The commit that brought the ticket's last entry; None where none is proven to."""
    return next((each for each in commits if prover.brought(each, ticket, place)), None)


def _stated(commit: pygit2.Commit, keys: Keys, ticket: PromotionRequest) -> tuple[Claims | ServiceClaims, str] | None:
    """The statement of the commit's signature on the ticket's last act, and its key; None where it proves nothing."""
    token, by_person = trailer(commit, SIGNATURE), ticket.last.by_person
    try:
        claims = keys.claims(token) if by_person else keys.acts(token)
    except Unproven:
        return None
    return None if mismatch(claims, ticket) else (claims, kid_of(token, TYPE if by_person else SERVICE_TYPE))


def _proof(claims: Claims | ServiceClaims, key: PublicKey, tenant: str) -> ActProof:
    """The proof; of a person's roles those that reach the tenant, for readers are not told which others there are."""
    state = KeyState.REVOKED if key.revoked else KeyState.RETIRED if key.retired else KeyState.CURRENT
    person = claims if isinstance(claims, Claims) else None
    return ActProof(
        key=key.kid,
        key_class=key.key_class,
        key_state=state,
        key_ended_at=key.revoked or key.retired,
        signed_at=claims.at,
        roles=tuple(each for each in (person.roles if person else ()) if each.partition("@")[2] in {"", tenant}),
        signed_in_at=person.auth_time if person else None,
        acr=person.acr if person else None,
    )


def _act(number: int, entry: HistoryEntry, commit: pygit2.Commit | None, proof: ActProof | None) -> DocumentedAct:
    name = plain(commit.author.raw_name) if commit else entry.by
    return DocumentedAct(
        number=number,
        entry=entry,
        name=SYSTEM_NAME if entry.by == SYSTEM else name,
        commit=str(commit.id) if commit else None,
        recorded_at=datetime.fromtimestamp(commit.commit_time, UTC) if commit else None,
        proof=proof,
    )


def _production_shown(acts: Sequence[_Evidenced]) -> str | None:
    """The version in production that whoever approved last was shown."""
    approvals = (each.claims for each in reversed(acts) if each.act.entry.action is Action.APPROVED)
    last = next(approvals, None)
    return last.production if isinstance(last, Claims) else None


def _attempts(acts: Iterable[_Evidenced]) -> tuple[DocumentedAttempt, ...]:
    """The deployments, each from its launch to its end, with AWX's last word on it."""
    found: list[DocumentedAttempt] = []
    for each in acts:
        entry = each.act.entry
        if entry.action is Action.DEPLOYING:
            found.append(
                DocumentedAttempt(number=len(found) + 1, job_id=entry.job_id, began_at=entry.at, evidence=each.job)
            )
        elif found and entry.action is Action.VERIFYING:
            found[-1] = found[-1].model_copy(update={"evidence": each.job or found[-1].evidence})
        elif found and entry.action in _ENDS:
            ended = {"ended": _ENDS[entry.action], "ended_at": entry.at, "error": entry.error}
            ended |= {"job_id": entry.job_id or found[-1].job_id, "evidence": each.job or found[-1].evidence}
            found[-1] = found[-1].model_copy(update=ended)
    return tuple(found)


def _verified(acts: Sequence[_Evidenced], changed: str | None) -> Verification:
    """The result: `changed` is the commit that made the file something else than what is proven, None for none."""
    violations = [
        DocumentedViolation(
            commit=each.act.commit or "",
            rule="not-proven",
            sentence=f"Nothing proves that {each.act.entry.by} {each.act.entry.action} it",
        )
        for each in acts
        if each.needs_proof and each.act.proof is None
    ]
    if changed is not None:
        violations.append(DocumentedViolation(commit=changed, rule="file-changed", sentence=unproven(changed)))
    proven = sum(each.act.proof is not None for each in acts)
    return Verification(verified=not violations, acts=len(acts), proven=proven, violations=tuple(violations))
