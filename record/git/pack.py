"""One pack file for all that is written together: few fsyncs, however many commits (gitformat-pack, version 2)."""

import hashlib
import zlib
from binascii import crc32
from collections.abc import Iterable
from pathlib import Path
from struct import pack

from record.git.objects import Delta, GitObject

_OFS_DELTA = 6
_LEVEL = 1
"""Fast compression: background packing compresses again, with time to spare."""
_WORTH_A_DELTA = 512
"""Bytes under which an object is as short as its delta."""
_LARGEST_COPY = 0xFFFFFF


class PackWriter:
    """Collects objects for one pack with its index."""

    def __init__(self) -> None:
        self._offsets: dict[bytes, int] = {}
        self._checksums: dict[bytes, int] = {}
        self._parts: list[bytes] = []
        self._size = 12

    def add(self, objects: Iterable[GitObject]) -> None:
        """Add objects; one that is here already is skipped. A delta is used when its base is in this pack."""
        for each in objects:
            if each.oid not in self._offsets:
                self._append(each.oid, self._encode(each))

    def _append(self, oid: bytes, data: bytes) -> None:
        self._offsets[oid] = self._size
        self._checksums[oid] = crc32(data)
        self._parts.append(data)
        self._size += len(data)

    def _encode(self, each: GitObject) -> bytes:
        delta = each.delta
        base = self._offsets.get(delta.base) if delta and len(each.data) > _WORTH_A_DELTA else None
        if delta is None or base is None:
            return _header(each.kind, len(each.data)) + zlib.compress(each.data, _LEVEL)
        said = _encode_delta(delta)
        return _header(_OFS_DELTA, len(said)) + _distance(self._size - base) + zlib.compress(said, _LEVEL)

    def files(self, folder: Path) -> dict[Path, bytes]:
        """The pack and its index, in the order in which they must appear in `objects/pack`."""
        head = b"PACK" + pack(">II", 2, len(self._offsets))
        body = b"".join((head, *self._parts))
        checksum = hashlib.sha1(body, usedforsecurity=False).digest()
        path = folder / f"pack-{checksum.hex()}.pack"
        return {path: body + checksum, path.with_suffix(".idx"): self._index(checksum)}

    def _index(self, checksum: bytes) -> bytes:
        oids = sorted(self._offsets)
        counts = [0] * 256
        for oid in oids:
            counts[oid[0]] += 1
        total, fanout = 0, []
        for count in counts:
            total += count
            fanout.append(total)
        parts = [b"\xfftOc", pack(">I256I", 2, *fanout), *oids]
        parts.append(pack(f">{len(oids)}I", *(self._checksums[oid] for oid in oids)))
        parts.append(pack(f">{len(oids)}I", *(self._offsets[oid] for oid in oids)))
        index = b"".join((*parts, checksum))
        return index + hashlib.sha1(index, usedforsecurity=False).digest()


def _header(kind: int, size: int) -> bytes:
    first, size = (kind << 4) | (size & 15), size >> 4
    out = bytearray()
    while size:
        out.append(first | 0x80)
        first, size = size & 0x7F, size >> 7
    out.append(first)
    return bytes(out)


def _distance(distance: int) -> bytes:
    out = bytearray([distance & 0x7F])
    distance >>= 7
    while distance:
        distance -= 1
        out.insert(0, 0x80 | (distance & 0x7F))
        distance >>= 7
    return bytes(out)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(0x80 | (value & 0x7F))
        value >>= 7
    out.append(value)
    return bytes(out)


def _copy(start: int, size: int) -> bytes:
    out = bytearray()
    while size:
        length = min(size, _LARGEST_COPY)
        numbers = pack("<I", start) + pack("<I", length)[:3]
        flags = sum(1 << bit for bit, byte in enumerate(numbers) if byte)
        out.append(0x80 | flags)
        out += bytes(byte for byte in numbers if byte)
        start, size = start + length, size - length
    return bytes(out)


def _insert(data: bytes) -> bytes:
    return b"".join(bytes([len(data[at : at + 127])]) + data[at : at + 127] for at in range(0, len(data), 127))


def _encode_delta(delta: Delta) -> bytes:
    after = delta.start + delta.size
    size = delta.base_size - delta.size + len(delta.insert)
    sizes = _varint(delta.base_size) + _varint(size)
    return sizes + _copy(0, delta.start) + _insert(delta.insert) + _copy(after, delta.base_size - after)
