"""Blind RSA signatures: signing what one cannot see (RFC 9474, RSABSSA-SHA384-PSS).

The signing step is ours because libraries refuse raw RSA on purpose: Chinese remaindering with
base blinding, and nothing leaves before s^e = m holds. Verification is the library's PSS. The
caller prepares messages (`surveys.passes`); their random prefix makes this the randomised variant.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from math import gcd
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from surveys.errors import SurveyError
from surveys.powers import inverse, power, secret_power

KEY_BITS = 2048
PUBLIC_EXPONENT = 65537
SALT_BYTES = 48
_HASH_BYTES = 48
_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=SALT_BYTES)


class BlindedMessageError(SurveyError):
    """What was sent to be signed is not a blinded message: wrong length, 0, or n and above."""


class SigningFaultError(SurveyError):
    """The signing step computed something wrong; nothing of it leaves."""


class UnblindingError(SurveyError):
    """What came back is not a signature over the blinded message."""


@dataclass(frozen=True)
class PassPublicKey:
    """The public half of a pass key; the exponent is always 65537."""

    modulus: bytes
    _key: rsa.RSAPublicKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        number = int.from_bytes(self.modulus, "big")
        if number.bit_length() != len(self.modulus) * 8 or not number % 2:
            raise ValueError("a modulus is an odd number that fills its bytes")
        object.__setattr__(self, "_key", rsa.RSAPublicNumbers(PUBLIC_EXPONENT, number).public_key())

    @classmethod
    def from_modulus(cls, modulus: bytes) -> Self:
        """Return the key of a modulus written in big-endian bytes.

        Raises:
            ValueError: it is even or does not fill its bytes.
        """
        return cls(modulus)

    @property
    def number(self) -> int:
        return self._key.public_numbers().n

    @cached_property
    def key_id(self) -> bytes:
        """SHA-256 of the SubjectPublicKeyInfo, 32 bytes."""
        info = self._key.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return hashlib.sha256(info).digest()

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Return whether the signature is one over the prepared message."""
        try:
            self._key.verify(signature, message, _PSS, hashes.SHA384())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class PassKey:
    """A private key of one wave, reporting group and kind: what it signs counts as all three."""

    _key: rsa.RSAPrivateKey = field(repr=False)
    _numbers: rsa.RSAPrivateNumbers = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_numbers", self._key.private_numbers())

    @classmethod
    def generate(cls) -> Self:
        return cls(rsa.generate_private_key(PUBLIC_EXPONENT, KEY_BITS))

    @classmethod
    def from_der(cls, der: bytes) -> Self:
        """Return the key of a PKCS #8 file.

        Its primes are not tested again, which would take 40 ms for every key at its first use and
        for all of them when a wave is frozen. The file is ours, and a damaged one lets nothing
        leave: `sign_blinded` checks what it made.

        Raises:
            ValueError: it holds no RSA key of 2048 bits.
        """
        key = serialization.load_der_private_key(
            der, password=None, unsafe_skip_rsa_key_validation=True
        )
        if not isinstance(key, rsa.RSAPrivateKey) or key.key_size != KEY_BITS:
            raise ValueError("the file holds no pass key")
        return cls(key)

    def as_der(self) -> bytes:
        return self._key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    @cached_property
    def public(self) -> PassPublicKey:
        number = self._numbers.public_numbers.n
        return PassPublicKey(number.to_bytes(self._key.key_size // 8, "big"))

    def sign_blinded(self, blinded: bytes) -> bytes:
        """Return the signature of a blinded message, of the modulus' length (RFC 9474, 4.3).

        Raises:
            BlindedMessageError: the message is 0, not below n, or of the wrong length.
            SigningFaultError: the result did not check; it stays here.
        """
        n, e = self._numbers.public_numbers.n, self._numbers.public_numbers.e
        message = _blinded_number(blinded, n, length=self._key.key_size // 8)
        # The base is blinded once more, so that how long it takes says nothing about the key.
        mask = _invertible_below(n)
        masked = message * power(mask, e, n) % n
        signature = _root(masked, self._numbers) * inverse(mask, n) % n
        if power(signature, e, n) != message:
            raise SigningFaultError("The signing step failed its own check. Nothing was signed.")
        return signature.to_bytes(len(blinded), "big")


@dataclass(frozen=True, slots=True)
class BlindedMessage:
    """What is sent to the signer, and what takes the blinding away afterwards (kept secret)."""

    blinded: bytes
    unblinder: int = field(repr=False)


def blind(public: PassPublicKey, message: bytes) -> BlindedMessage:
    """Blind a prepared message, its random prefix first, for the key that is to sign (4.2)."""
    n = public.number
    length = len(public.modulus)
    encoded = _encode_pss(message, n.bit_length() - 1, secrets.token_bytes(SALT_BYTES))
    r = _invertible_below(n)
    blinded = int.from_bytes(encoded, "big") * power(r, PUBLIC_EXPONENT, n) % n
    return BlindedMessage(blinded.to_bytes(length, "big"), inverse(r, n))


def finalize(
    public: PassPublicKey, message: bytes, blind_signature: bytes, unblinder: int
) -> bytes:
    """Return the signature over the prepared message (RFC 9474, 4.4).

    Raises:
        UnblindingError: the signer did not sign what was sent.
    """
    if len(blind_signature) != len(public.modulus):
        raise UnblindingError("The signature has the wrong length.")
    value = int.from_bytes(blind_signature, "big") * unblinder % public.number
    signature = value.to_bytes(len(public.modulus), "big")
    if not public.verify(message, signature):
        raise UnblindingError("The signature does not fit what was sent to be signed.")
    return signature


def _blinded_number(blinded: bytes, n: int, *, length: int) -> int:
    """Return the number of a blinded message, refusing what no honest phone sends."""
    if len(blinded) != length:
        raise BlindedMessageError(f"A blinded message for this key has {length} bytes.")
    number = int.from_bytes(blinded, "big")
    if number == 0:
        raise BlindedMessageError("A blinded message is never 0.")
    if number >= n:
        raise BlindedMessageError("A blinded message lies below the key's modulus.")
    return number


def _root(value: int, key: rsa.RSAPrivateNumbers) -> int:
    """Return value^d mod n by Chinese remaindering (RFC 8017, 5.1.2)."""
    of_p = secret_power(value % key.p, key.dmp1, key.p)
    of_q = secret_power(value % key.q, key.dmq1, key.q)
    return of_q + key.q * ((of_p - of_q) * key.iqmp % key.p)


def _invertible_below(n: int) -> int:
    while True:
        number = secrets.randbelow(n - 1) + 1
        if gcd(number, n) == 1:
            return number


def _encode_pss(message: bytes, bits: int, salt: bytes) -> bytes:
    """Return the EMSA-PSS encoding in the fewest bytes that hold `bits` (RFC 8017, 9.1.1)."""
    length = -(-bits // 8)
    digest = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    block = bytes(length - len(salt) - _HASH_BYTES - 2) + b"\x01" + salt
    mask = _mgf1(digest, len(block))
    masked = bytearray(left ^ right for left, right in zip(block, mask, strict=True))
    masked[0] &= 0xFF >> (8 * length - bits)
    return bytes(masked) + digest + b"\xbc"


def _mgf1(seed: bytes, length: int) -> bytes:
    blocks = -(-length // _HASH_BYTES)
    stream = b"".join(
        hashlib.sha384(seed + counter.to_bytes(4, "big")).digest() for counter in range(blocks)
    )
    return stream[:length]
