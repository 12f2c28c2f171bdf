"""Proves a receipt by a checkpoint that a believed key signed, and by the signatures of its acts; needs no record."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass

import pygit2
from pydantic import ValidationError
from pygit2.enums import ObjectType

from domain import lifecycle
from domain.checkpoint import Checkpoint, leaf
from domain.errors import NewerFormat, RuleViolation, Unproven
from domain.merkle import leaf_hash, proven_root
from domain.signing import Claims, ServiceClaims, mismatch
from domain.ticket import SYSTEM, PromotionRequest
from record.audit.receipts import ActPlace, NoReceipt, Objects, PromotionReceipt
from record.files.reading import read_ticket
from record.git.message import SIGNATURE, trailer
from record.people.members import PLATFORM, TENANTS
from record.people.rules import RULES
from record.signing.checkpoints import proven_checkpoint, service_keys, verifier
from record.signing.keys import FOLDER as KEYS
from record.signing.notes import NoteUnproven, SignedNote, VerifierKey
from record.signing.signatures import KeyClass, Keys, KeyUnusable, PublicKey


@dataclass(frozen=True)
class Proven:
    """The ticket as the checkpoint has it, the checkpoint, and whose signature each act has."""

    ticket: PromotionRequest
    checkpoint: Checkpoint
    acts: tuple[str, ...]
    shown: tuple[str, ...]
    """The files of rules and members right before the last act, which are the branch's; nobody judged by them."""


def paths_of(ticket: PromotionRequest) -> tuple[str, ...]:
    """The files that a receipt shows of the commit before an act."""
    tenant = ticket.metadata.tenant
    return KEYS, PLATFORM, RULES, f"{TENANTS}/{tenant}", f"{TENANTS}/{tenant}.yaml"


def prove(receipt: PromotionReceipt, believed: Sequence[VerifierKey]) -> Proven:
    """The proof. Raises NoReceipt, NotANote, NoteUnproven, Unproven with the first thing that is not right."""
    try:
        with tempfile.TemporaryDirectory(prefix="prodgate-receipt-") as folder:
            return _ReceiptProof(receipt, pygit2.init_repository(folder, bare=True)).proven(believed)
    except Unproven:
        raise
    except (RuleViolation, NewerFormat) as error:
        raise NoReceipt(f"{receipt.path}: {error}") from error
    except (pygit2.GitError, ValueError, RecursionError) as error:
        raise NoReceipt(f"An object can't be read: {error}") from error


class _ReceiptProof:
    def __init__(self, receipt: PromotionReceipt, git: pygit2.Repository) -> None:
        self.receipt, self.git, self.objects = receipt, git, Objects(receipt.objects)

    def proven(self, believed: Sequence[VerifierKey]) -> Proven:
        note = self.receipt.checkpoint.encode()
        said = proven_checkpoint(note, (), believed)
        tip = self._tree(said.tip)
        ticket = self._ticket(tip)
        if not lifecycle.is_over(ticket):
            raise Unproven(f"{ticket.id} was {ticket.state} at the checkpoint: it was not over")
        if len(self.receipt.acts) != len(ticket.status.history):
            raise Unproven(f"{ticket.id} has {len(ticket.status.history)} acts, the receipt {len(self.receipt.acts)}")
        now = self._keys(tip)
        lost = service_keys(now, without=now.known.keys() - now.revoked)
        if SignedNote.read(note).signed_by(believed) in [verifier(said.origin, key) for key in lost]:
            raise NoteUnproven("the key that signed the checkpoint was revoked by then")
        acts, last, files, ids = list[str](), -1, dict[str, bytes](), set[str]()
        for number, place in enumerate(self.receipt.acts, 1):
            if place.index <= last:
                raise Unproven(f"Act {number} comes before the one that it follows")
            last = place.index
            who, claims, files = self._act(number, place, said, ticket, now)
            if claims is not None and claims.id in ids:
                raise Unproven(f"Act {number} has the signature of another")
            ids |= {claims.id} if claims else set()
            acts.append(who)
        if unused := self.receipt.objects.keys() - self.objects.used:
            raise NoReceipt(f"The receipt holds what belongs to nothing: {min(unused)[:12]}")
        return Proven(ticket, said, tuple(acts), tuple(sorted(files)))

    def _act(
        self, number: int, place: ActPlace, said: Checkpoint, final: PromotionRequest, now: Keys
    ) -> tuple[str, Claims | ServiceClaims | None, dict[str, bytes]]:
        commit = self._commit(place.commit)
        ticket = self._ticket(str(commit.tree_id))
        history = final.status.history
        if ticket.status.history != history[:number] or ticket.digest != final.digest:
            raise Unproven(f"{place.commit[:12]} is not act {number} of {final.id}")
        way = [bytes.fromhex(each) for each in place.hashes]
        root = proven_root(leaf_hash(leaf(place.commit, ticket)), place.index, said.size, way)
        if root is None or root.hex() != said.root:
            raise Unproven(f"The hashes do not lead from act {number} to the checkpoint's root")
        before = self._tree(str(commit.parent_ids[0])) if commit.parent_ids else ""
        files = {path: data for each in paths_of(final) for path, data in self.objects.files(before, each).items()}
        keys = self._keys(before) if before else Keys()
        claims = self._claims(number, commit, ticket, keys, now)
        return f"{ticket.last.action} by {ticket.last.by}", claims, files

    def _claims(
        self, number: int, commit: pygit2.Commit, ticket: PromotionRequest, keys: Keys, now: Keys
    ) -> Claims | ServiceClaims | None:
        token, service = trailer(commit, SIGNATURE), ticket.last.by == SYSTEM
        if not token:
            if service and not keys.signs_service:
                return None
            raise Unproven(f"Nobody signed act {number}")
        claims = keys.acts(token) if service else keys.claims(token)
        strict = Keys(keys.known, {kid: now.ended[kid] for kid in now.revoked}, keys.signs_service)
        claims = strict.acts(token) if service else strict.claims(token)
        if difference := mismatch(claims, ticket):
            raise Unproven(f"Act {number}: {difference}")
        return claims

    def _commit(self, oid: str) -> pygit2.Commit:
        data = self.objects.data(oid, "commit")
        return self.git[self.git.write(ObjectType.COMMIT, data)].peel(pygit2.Commit)

    def _tree(self, commit: str) -> str:
        return str(self._commit(commit).tree_id)

    def _ticket(self, tree: str) -> PromotionRequest:
        entry = self.objects.find(tree, self.receipt.path)
        if entry is None or entry.mode != "100644":
            raise Unproven(f"There is no file {self.receipt.path}")
        return read_ticket(self.receipt.path, self.objects.data(entry.oid, "blob"))

    def _keys(self, tree: str) -> Keys:
        """The keys of a tree by itself; one that says that it is revoked proves nothing, from whatever commit on."""
        known, ended, revoked = {}, dict[str, str](), set[str]()
        for path, data in self.objects.files(tree, KEYS).items():
            try:
                public = PublicKey.of(path.rpartition("/")[2], data)
                known[public.kid] = public, public.imported()
            except (ValidationError, KeyUnusable):
                continue
            if public.revoked is not None:
                revoked.add(public.kid)
            if public.revoked is not None or public.retired is not None:
                ended[public.kid] = "was revoked" if public.revoked is not None else "was retired"
        signs = any(public.key_class is KeyClass.SERVICE for public, _ in known.values())
        return Keys(known, ended if signs else {kid: ended[kid] for kid in revoked}, signs, frozenset(revoked))
