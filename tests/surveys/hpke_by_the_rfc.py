"""HPKE in base mode written straight from RFC 9180, for one suite, as a measure of the product.

The product's library seals and opens without associated data, and every published vector has some.
So the vector proves this one, which takes both, and this one then opens and seals what the product
seals and opens. DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM.
"""

import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CURVE = ec.SECP256R1()
_KEM_SUITE = b"KEM" + (0x0010).to_bytes(2)
_SUITE = b"HPKE" + (0x0010).to_bytes(2) + (0x0001).to_bytes(2) + (0x0001).to_bytes(2)
_BASE_MODE = b"\x00"


@dataclass(frozen=True)
class Context:
    """What both sides agree on (5.1); the first nonce is the base nonce itself."""

    shared_secret: bytes
    key: bytes
    base_nonce: bytes

    def seal(self, plain: bytes, *, aad: bytes = b"") -> bytes:
        return AESGCM(self.key).encrypt(self.base_nonce, plain, aad)

    def open(self, sealed: bytes, *, aad: bytes = b"") -> bytes:
        return AESGCM(self.key).decrypt(self.base_nonce, sealed, aad)


def private_key(number: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(number), CURVE)


def sender(ephemeral: ec.EllipticCurvePrivateKey, theirs: bytes, info: bytes) -> Context:
    """Return the context of who sealed with this ephemeral key for this public point."""
    dh = ephemeral.exchange(ec.ECDH(), _key_of(theirs))
    return _context(dh, _point(ephemeral), theirs, info)


def receiver(own: ec.EllipticCurvePrivateKey, enc: bytes, info: bytes) -> Context:
    """Return the context of who opens what came with this encapsulated key."""
    return _context(own.exchange(ec.ECDH(), _key_of(enc)), enc, _point(own), info)


def _context(dh: bytes, enc: bytes, recipient: bytes, info: bytes) -> Context:
    prk = _extract(_KEM_SUITE, b"", b"eae_prk", dh)
    shared_secret = _expand(_KEM_SUITE, prk, b"shared_secret", enc + recipient, 32)
    no_psk = _extract(_SUITE, b"", b"psk_id_hash", b"")
    schedule = _BASE_MODE + no_psk + _extract(_SUITE, b"", b"info_hash", info)
    secret = _extract(_SUITE, shared_secret, b"secret", b"")
    return Context(
        shared_secret,
        _expand(_SUITE, secret, b"key", schedule, 16),
        _expand(_SUITE, secret, b"base_nonce", schedule, 12),
    )


def _extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    """LabeledExtract (4): HKDF-Extract, whose salt of zeros HMAC makes of an empty one."""
    return hmac.digest(salt, b"HPKE-v1" + suite + label + material, "sha256")


def _expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """LabeledExpand (4) for at most 32 bytes, the first block of HKDF-Expand."""
    labelled = length.to_bytes(2) + b"HPKE-v1" + suite + label + info
    return hmac.digest(prk, labelled + b"\x01", "sha256")[:length]


def _key_of(point: bytes) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    numbers = key.public_key().public_numbers()
    return b"\x04" + numbers.x.to_bytes(32) + numbers.y.to_bytes(32)
