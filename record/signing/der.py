"""Puts the certificates of a time-stamp into the order that DER wants, where whoever wrote it did not.

OpenSSL leaves a chain as it was given. No signature covers the order, and the decoder reads no other one.
"""

from collections.abc import Callable, Iterator

_CERTIFICATES = (1, 1, 0, 3)
"""TimeStampResp: the token; its content; SignedData; the certificates in that (RFC 3161, 2.4.2; RFC 5652, 5.1)."""
_LONG = 0x80


def in_order(answer: bytes) -> bytes:
    """The answer with its certificates in order; one without any, and what is no answer, as it is."""
    try:
        return _changed(answer, _CERTIFICATES, lambda found: _wrapped(found[0], b"".join(sorted(_parts(found)))))
    except (IndexError, ValueError):
        return answer


def _changed(data: bytes, path: tuple[int, ...], change: Callable[[bytes], bytes]) -> bytes:
    if not path:
        return change(data)
    parts = list(_parts(data))
    parts[path[0]] = _changed(parts[path[0]], path[1:], change)
    return _wrapped(data[0], b"".join(parts))


def _parts(data: bytes) -> Iterator[bytes]:
    """The values in a constructed value."""
    at, end = _bounds(data, 0)
    while at < end:
        _, after = _bounds(data, at)
        yield data[at:after]
        at = after


def _bounds(data: bytes, at: int) -> tuple[int, int]:
    """The first byte of the content of the value that begins there, and the first one after it."""
    length, begin = data[at + 1], at + 2
    if length & _LONG:
        count = length & ~_LONG
        length, begin = int.from_bytes(data[begin : begin + count]), begin + count
    if begin + length > len(data):
        raise ValueError("it ends too early")
    return begin, begin + length


def _wrapped(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < _LONG:
        return bytes((tag, length)) + content
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes((tag, _LONG | len(size))) + size + content
