"""The public keys of authenticators: which ones prove anything, read from their COSE form (RFC 9053) byte by byte.

One key has one form, so two files never hold the same one in two. Whoever verifies a signature takes far more: keys by
which anything verifies, keys that somebody can compute, algorithms that nobody asked for.
"""

_P256 = bytes.fromhex("a5010203262001215820"), bytes.fromhex("225820")
_ED25519 = bytes.fromhex("a4010103272006215820")
_RSA = bytes.fromhex("a401030339010020" + "59"), bytes.fromhex("2143010001")
"""The bytes around the numbers of a key: algorithm and curve, the numbers' lengths, RSA's usual exponent."""

_P256_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
_P256_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
_ED25519_PRIME = 2**255 - 19
_ORDER_8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
_SMALL = frozenset({0, 1, _ED25519_PRIME - 1, _ORDER_8, _ED25519_PRIME - _ORDER_8})
"""The points by which a signature verifies that nobody made (RFC 8032 lets them pass)."""

_SHORTEST, _LONGEST = 2_048, 4_096
"""Bits of an RSA key."""


def is_sound(key: bytes) -> bool:
    """Tells whether the key is one of the three kinds that are taken, in its one form, and proves something."""
    return _is_p256(key) or _is_ed25519(key) or _is_rsa(key)


def _is_p256(key: bytes) -> bool:
    begins, between = _P256
    x, y = key[len(begins) :][:32], key[-32:]
    if key != begins + x + between + y or len(x + y) != 64:
        return False
    a, b = int.from_bytes(x, "big"), int.from_bytes(y, "big")
    on_curve = (b * b - (a * a * a - 3 * a + _P256_B)) % _P256_PRIME == 0
    return on_curve and max(a, b) < _P256_PRIME


def _is_ed25519(key: bytes) -> bool:
    point = key[len(_ED25519) :]
    if key != _ED25519 + point or len(point) != 32:
        return False
    y = int.from_bytes(point, "little") % 2**255
    return y < _ED25519_PRIME and y not in _SMALL


def _is_rsa(key: bytes) -> bool:
    begins, ends = _RSA
    number = key[len(begins) + 2 : -len(ends)]
    if key != begins + len(number).to_bytes(2, "big") + number + ends or not number:
        return False
    modulus = int.from_bytes(number, "big")
    return number[0] > 0 and modulus % 2 == 1 and _SHORTEST <= modulus.bit_length() <= _LONGEST
