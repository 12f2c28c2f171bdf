"""The Merkle tree of RFC 6962: a root over leaves as they come, and short proofs that one of them is among them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf, which no two children's hash can be taken for (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class CompactRange:
    """A tree that grows by leaves, and keeps of them what its root needs: a hash for each bit of its size that is 1."""

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)
    """The roots of the full subtrees side by side, the largest first."""

    def append(self, leaf: bytes) -> None:
        """Take in the hash of the next leaf."""
        size, self.size = self.size, self.size + 1
        while size & 1:
            leaf, size = _node_hash(self.hashes.pop(), leaf), size >> 1
        self.hashes.append(leaf)

    @property
    def root(self) -> bytes:
        """The tree's root; of no leaves, the hash of nothing."""
        if not self.hashes:
            return hashlib.sha256(b"").digest()
        found = self.hashes[-1]
        for left in self.hashes[-2::-1]:
            found = _node_hash(left, found)
        return found

    @property
    def whole(self) -> bool:
        """Tells whether there are as many hashes as a tree of that size keeps."""
        return len(self.hashes) == self.size.bit_count()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over the hashes of leaves."""
    tree = CompactRange()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> tuple[bytes, ...]:
    """The hashes that lead from a leaf, counted from 0, to the root: its sibling first (RFC 6962, 2.1.1)."""
    if len(leaves) < 2:
        return ()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    left, right = leaves[:split], leaves[split:]
    if index < split:
        return (*inclusion_proof(index, left), root_of(right))
    return (*inclusion_proof(index - split, right), root_of(left))


def proven_root(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that the proof leads to; None where it is none for that place (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    node, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if node & 1 or node == last:
            found = _node_hash(sibling, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = _node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    return found if last == 0 else None
