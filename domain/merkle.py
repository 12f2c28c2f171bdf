"""The Merkle tree of RFC 6962: a root over leaves as they come, and short proofs that one of them is among them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

_HASH = 32
"""Bytes of a hash."""


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


class ProvingTree:
    """A tree that grows by leaves and keeps the root of each full subtree: 64 bytes a leaf, any proof in few steps."""

    def __init__(self) -> None:
        self._levels = [bytearray()]

    @property
    def size(self) -> int:
        """The number of leaves."""
        return len(self._levels[0]) // _HASH

    def append(self, leaf: bytes) -> None:
        """Take in the hash of the next leaf."""
        for level in range(len(self._levels) + 1):
            if level == len(self._levels):
                self._levels.append(bytearray())
            self._levels[level] += leaf
            if (count := len(self._levels[level]) // _HASH) & 1:
                return
            leaf = _node_hash(self._at(level, count - 2), leaf)

    def leaf(self, index: int) -> bytes:
        """The hash of a leaf."""
        return self._at(0, index)

    def root(self, size: int) -> bytes:
        """The root of so many first leaves, of one at least."""
        return self._root(0, size)

    def proof(self, index: int, size: int) -> tuple[bytes, ...]:
        """The hashes that lead from a leaf, counted from 0, to the root of the first leaves: its sibling first
        (RFC 6962, 2.1.1)."""
        found, first = list[bytes](), 0
        while size > 1:
            split = 1 << (size - 1).bit_length() - 1
            if index < split:
                found.append(self._root(first + split, size - split))
                size = split
            else:
                found.append(self._root(first, split))
                index, first, size = index - split, first + split, size - split
        return tuple(reversed(found))

    def _root(self, first: int, size: int) -> bytes:
        """The root over some leaves, which begin where a full subtree of that size would."""
        split = 1 << size.bit_length() - 1
        full = self._at(split.bit_length() - 1, first // split)
        return full if split == size else _node_hash(full, self._root(first + split, size - split))

    def _at(self, level: int, place: int) -> bytes:
        return bytes(self._levels[level][place * _HASH : (place + 1) * _HASH])


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> tuple[bytes, ...]:
    """The hashes that lead from a leaf, counted from 0, to the root over all."""
    tree = ProvingTree()
    for leaf in leaves:
        tree.append(leaf)
    return tree.proof(index, tree.size)


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
