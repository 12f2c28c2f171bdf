"""Checkpoints and inclusion proofs as files (https://c2sp.org/tlog-checkpoint, https://c2sp.org/tlog-proof)."""

import base64
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey
from pydantic import ValidationError

from domain.checkpoint import AuditTip, Checkpoint
from domain.merkle import leaf_hash, proven_root
from domain.values import iso
from record.signing.notes import NotANote, NoteUnproven, SignedNote, VerifierKey, signed_note
from record.signing.signatures import KeyClass, Keys, KeyUnusable

_TEXT = re.compile(
    r"(?P<origin>[^\n]+)\n(?P<size>0|[1-9][0-9]{0,18})\n(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"tip (?P<tip>[0-9a-f]+)\nbranch (?P<branch>[^\n]+)\ntime (?P<at>[^\n]+)\n"
    r"(?P<audit>(?:audit [^\n]+\n)*)(?:[^\n]+\n)*"
)
"""The form of a checkpoint. Other extension lines are passed over: a later release knows them."""

_PROOF = re.compile(
    r"c2sp\.org/tlog-proof@v1\nextra (?P<leaf>[A-Za-z0-9+/]+={0,2})\nindex (?P<index>0|[1-9][0-9]{0,18})\n"
    r"(?P<hashes>(?:[A-Za-z0-9+/]{43}=\n)*)\n(?P<note>.+)",
    re.DOTALL,
)


def signed(checkpoint: Checkpoint, key: OKPKey) -> bytes:
    """The checkpoint as a note that the key signed; the key's name is the origin."""
    root = base64.b64encode(bytes.fromhex(checkpoint.root)).decode()
    said = (f"tip {checkpoint.tip}", f"branch {checkpoint.branch}", f"time {iso(checkpoint.at)}")
    audit = (f"audit {each.month} {each.commit}" for each in checkpoint.audit)
    text = "\n".join((checkpoint.origin, str(checkpoint.size), root, *said, *audit, ""))
    return signed_note(text, checkpoint.origin, _private(key))


def _private(key: OKPKey) -> Ed25519PrivateKey:
    if not isinstance(key.private_key, Ed25519PrivateKey):
        raise KeyUnusable("checkpoints are signed with a private Ed25519 key")
    return key.private_key


def read_checkpoint(text: str) -> Checkpoint:
    """The checkpoint that a note's text says. Raises NotANote."""
    found = _TEXT.fullmatch(text)
    if found is None:
        raise NotANote("it is no checkpoint of a record: origin, size, root, tip, branch, time, a line each")
    try:
        root = base64.b64decode(found["root"], validate=True).hex()
        audit = tuple(_audit_tip(line) for line in found["audit"].splitlines())
        return Checkpoint.model_validate(found.groupdict() | {"root": root, "audit": audit})
    except ValidationError as error:
        raise NotANote(f"it is no checkpoint of a record: {error.errors()[0]['msg']}") from error


def _audit_tip(line: str) -> AuditTip:
    _, _, said = line.partition(" ")
    month, _, commit = said.partition(" ")
    return AuditTip(month=month, commit=commit)


def verifier(origin: str, key: OKPKey) -> VerifierKey:
    """The key as those who check checkpoints of that origin are given it."""
    return VerifierKey(origin, key.public_key.public_bytes_raw())


def service_keys(keys: Keys, without: Collection[str]) -> list[OKPKey]:
    """The record's keys that checkpoints are signed with, without some: which of the ended ones depends on the use."""
    known = keys.known.items()
    return [key for kid, (public, key) in known if public.key_class is KeyClass.SERVICE and kid not in without]


def proven_checkpoint(note: bytes, keys: Iterable[OKPKey], believed: Iterable[VerifierKey] = ()) -> Checkpoint:
    """The checkpoint that one of the keys signed. Raises NotANote, NoteUnproven."""
    read = SignedNote.read(note)
    said = read_checkpoint(read.text)
    signer = read.signed_by([*(verifier(said.origin, key) for key in keys), *believed])
    if signer.name != said.origin:
        raise NoteUnproven(f"{signer.name} signs no checkpoints of {said.origin}")
    return said


@dataclass(frozen=True)
class InclusionProof:
    """A short proof that an act was in the record when the checkpoint was signed; its file needs no record."""

    leaf: bytes
    """The act as `domain.checkpoint.leaf` writes it."""
    index: int
    hashes: tuple[bytes, ...]
    note: bytes

    def written(self) -> bytes:
        lines = ("c2sp.org/tlog-proof@v1", f"extra {_base64(self.leaf)}", f"index {self.index}")
        return "\n".join((*lines, *map(_base64, self.hashes), "", "")).encode() + self.note

    @classmethod
    def read(cls, data: bytes) -> Self:
        """The proof that the bytes spell. Raises NotANote."""
        try:
            found = _PROOF.fullmatch(data.decode())
            if found is None:
                raise NotANote("it is no inclusion proof (c2sp.org/tlog-proof@v1)")
            hashes = tuple(base64.b64decode(line, validate=True) for line in found["hashes"].split())
            leaf = base64.b64decode(found["leaf"], validate=True)
        except ValueError as error:
            raise NotANote(f"it is no inclusion proof: {error}") from error
        return cls(leaf, int(found["index"]), hashes, found["note"].encode())

    def check(self, keys: Iterable[OKPKey], believed: Iterable[VerifierKey] = ()) -> Checkpoint:
        """The checkpoint that it is proven by. Raises NotANote, NoteUnproven."""
        said = proven_checkpoint(self.note, keys, believed)
        found = proven_root(leaf_hash(self.leaf), self.index, said.size, self.hashes)
        if found is None or found.hex() != said.root:
            raise NoteUnproven("the hashes do not lead from the act to the checkpoint's root")
        return said


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
