"""Blind signatures: the published vector, what is refused, and that a fault releases nothing."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Mapping

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys import blind_rsa
from surveys.ballot_format import BallotKind
from surveys.blind_rsa import (
    BlindedMessageError,
    PassKey,
    PassPublicKey,
    SigningFaultError,
    UnblindingError,
    blind,
    finalize,
)
from tests.conftest import REPOSITORY
from tests.published_vectors import RFC_9474_A1
from tests.surveys.box_factories import pass_key

NUMBERS: Mapping[str, int] = {name: int.from_bytes(value) for name, value in RFC_9474_A1.items()}
KEY = pass_key(BallotKind.SCORES, "town")
OTHER_KEY = pass_key(BallotKind.COMMENT, "town")
MESSAGE = b"a prefix of random bytes, then the rest of the message"


def published_key() -> rsa.RSAPrivateKey:
    p, q, d = NUMBERS["p"], NUMBERS["q"], NUMBERS["d"]
    return rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=d % (p - 1),
        dmq1=d % (q - 1),
        iqmp=pow(q, -1, p),
        public_numbers=rsa.RSAPublicNumbers(NUMBERS["e"], NUMBERS["n"]),
    ).private_key()


class PublishedRandomness:
    """Draws the vector's salt and its blinding factor r, the inverse of `inv`."""

    @staticmethod
    def token_bytes(length: int) -> bytes:
        assert length == len(RFC_9474_A1["salt"])
        return RFC_9474_A1["salt"]

    @staticmethod
    def randbelow(bound: int) -> int:
        assert bound == NUMBERS["n"] - 1
        return pow(NUMBERS["inv"], -1, NUMBERS["n"]) - 1  # drawn numbers are counted from 1


def test_the_published_vector_fits_the_library_that_verifies() -> None:
    assert RFC_9474_A1["input_msg"] == RFC_9474_A1["msg_prefix"] + RFC_9474_A1["msg"]
    assert NUMBERS["p"] * NUMBERS["q"] == NUMBERS["n"]
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=len(RFC_9474_A1["salt"]))
    published_key().public_key().verify(
        RFC_9474_A1["sig"], RFC_9474_A1["input_msg"], pss, hashes.SHA384()
    )


def test_blinding_the_published_message_gives_the_published_blinded_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(blind_rsa, "secrets", PublishedRandomness)
    hidden = blind(PassKey(published_key()).public, RFC_9474_A1["input_msg"])
    assert hidden.blinded == RFC_9474_A1["blinded_msg"]
    assert hidden.unblinder == NUMBERS["inv"]


@pytest.mark.parametrize("prime", ["p", "q"])
def test_a_number_that_cannot_be_inverted_is_drawn_again(
    monkeypatch: pytest.MonkeyPatch, prime: str
) -> None:
    drawn = [NUMBERS[prime] - 1, PublishedRandomness.randbelow(NUMBERS["n"] - 1)]
    monkeypatch.setattr(blind_rsa, "secrets", PublishedRandomness)
    monkeypatch.setattr(PublishedRandomness, "randbelow", lambda _bound: drawn.pop(0))
    hidden = blind(PassKey(published_key()).public, RFC_9474_A1["input_msg"])
    assert hidden.blinded == RFC_9474_A1["blinded_msg"]


def test_signing_the_published_blinded_message_gives_the_published_blind_signature() -> None:
    key = PassKey(published_key())
    assert key.sign_blinded(RFC_9474_A1["blinded_msg"]) == RFC_9474_A1["blind_sig"]


def test_unblinding_the_published_blind_signature_gives_the_published_signature() -> None:
    public = PassKey(published_key()).public
    signature = finalize(public, RFC_9474_A1["input_msg"], RFC_9474_A1["blind_sig"], NUMBERS["inv"])
    assert signature == RFC_9474_A1["sig"]
    assert public.verify(RFC_9474_A1["input_msg"], signature)


@given(st.binary(max_size=300))
@settings(max_examples=30)
def test_what_was_signed_blindly_verifies_for_its_message_and_key_alone(message: bytes) -> None:
    signature = signed(KEY, message)
    assert KEY.public.verify(message, signature)
    assert not KEY.public.verify(message + b"\0", signature)
    assert not OTHER_KEY.public.verify(message, signature)


def signed(key: PassKey, message: bytes) -> bytes:
    hidden = blind(key.public, message)
    return finalize(key.public, message, key.sign_blinded(hidden.blinded), hidden.unblinder)


def test_two_blindings_of_one_message_have_nothing_in_common() -> None:
    first, second = blind(KEY.public, MESSAGE), blind(KEY.public, MESSAGE)
    assert first.blinded != second.blinded
    assert first.unblinder != second.unblinder


def test_the_signer_gives_the_same_signature_when_asked_again() -> None:
    hidden = blind(KEY.public, MESSAGE)
    assert KEY.sign_blinded(hidden.blinded) == KEY.sign_blinded(hidden.blinded)


@pytest.mark.parametrize(
    ("damaged", "rule"),
    [
        (lambda _n: bytes(256), "never 0"),
        (lambda n: n, "below the key's modulus"),
        (lambda n: (int.from_bytes(n) + 1).to_bytes(256), "below the key's modulus"),
        (lambda _n: b"\xff" * 256, "below the key's modulus"),
        (lambda _n: bytes(254) + b"\x02", "has 256 bytes"),
        (lambda _n: bytes(256) + b"\x02", "has 256 bytes"),
        (lambda _n: b"", "has 256 bytes"),
    ],
    ids=["zero", "n", "n plus 1", "the largest", "too short", "too long", "nothing"],
)
def test_what_no_blinded_message_can_be_is_refused_by_its_own_rule(
    damaged: Callable[[bytes], bytes], rule: str
) -> None:
    with pytest.raises(BlindedMessageError, match=rule):
        KEY.sign_blinded(damaged(KEY.public.modulus))


def test_the_largest_number_below_the_modulus_is_signed() -> None:
    n = KEY.public.number
    signature = KEY.sign_blinded((n - 1).to_bytes(256))
    assert int.from_bytes(signature) == n - 1  # (-1) to an odd power


def test_the_product_of_two_signatures_is_a_signature_of_nothing() -> None:
    messages = (b"first" * 20, b"second" * 20)
    n = KEY.public.number
    product = 1
    for message in messages:
        product = product * int.from_bytes(signed(KEY, message)) % n
    for message in (*messages, b"".join(messages)):
        assert not KEY.public.verify(message, product.to_bytes(256))


@pytest.mark.parametrize("prime", ["p", "q"])
def test_a_fault_under_one_prime_releases_nothing(
    monkeypatch: pytest.MonkeyPatch, prime: str
) -> None:
    faulty = getattr(KEY._numbers, prime)
    true_power = blind_rsa.secret_power

    def slipping(base: int, exponent: int, modulus: int) -> int:
        result = true_power(base, exponent, modulus)
        return result ^ 1 if modulus == faulty else result

    hidden = blind(KEY.public, MESSAGE)
    monkeypatch.setattr(blind_rsa, "secret_power", slipping)
    with pytest.raises(SigningFaultError) as raised:
        KEY.sign_blinded(hidden.blinded)
    # One faulty result would give the key away: its difference to the true one shares a prime.
    assert str(raised.value) == "The signing step failed its own check. Nothing was signed."


@pytest.mark.parametrize("change", [lambda s: s[:-1], lambda s: s + b"\0", lambda _s: b""])
def test_a_blind_signature_of_another_length_is_not_taken(
    change: Callable[[bytes], bytes],
) -> None:
    hidden = blind(KEY.public, MESSAGE)
    with pytest.raises(UnblindingError, match="wrong length"):
        finalize(KEY.public, MESSAGE, change(KEY.sign_blinded(hidden.blinded)), hidden.unblinder)


def test_a_signature_of_another_key_or_of_another_message_is_not_taken() -> None:
    hidden = blind(KEY.public, MESSAGE)
    halved = (int.from_bytes(hidden.blinded) // 2).to_bytes(256)
    foreign = signed_or_next(OTHER_KEY, hidden.blinded)
    for wrong in (KEY.sign_blinded(halved), foreign):
        with pytest.raises(UnblindingError, match="does not fit"):
            finalize(KEY.public, MESSAGE, wrong, hidden.unblinder)


def signed_or_next(key: PassKey, blinded: bytes) -> bytes:
    """Sign a message that was blinded for another key, brought below this key's modulus."""
    return key.sign_blinded((int.from_bytes(blinded) % key.public.number).to_bytes(256))


@pytest.mark.parametrize("length", [0, 255, 257])
def test_a_signature_of_another_length_does_not_verify(length: int) -> None:
    assert not KEY.public.verify(MESSAGE, signed(KEY, MESSAGE)[:1] * length)


@pytest.mark.parametrize(
    "modulus",
    [bytes(256), b"\0" + b"\xff" * 255, b"\xff" * 255 + b"\xfe"],
    ids=["zero", "short", "even"],
)
def test_a_modulus_that_is_even_or_does_not_fill_its_bytes_is_no_key(modulus: bytes) -> None:
    with pytest.raises(ValueError, match="odd number that fills its bytes"):
        PassPublicKey.from_modulus(modulus)


def test_the_key_id_is_the_hash_of_the_subject_public_key_info() -> None:
    key = published_key()
    info = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert PassKey(key).public.key_id == hashlib.sha256(info).digest()


def test_a_key_is_read_back_from_its_file() -> None:
    assert PassKey.from_der(KEY.as_der()).public == KEY.public


@pytest.mark.parametrize("prime", ["p", "q"])
def test_a_key_file_in_which_a_prime_was_damaged_signs_nothing(prime: str) -> None:
    number: int = getattr(KEY._numbers, prime)
    damaged = KEY.as_der().replace(number.to_bytes(128), (number + 2).to_bytes(128))
    with pytest.raises(SigningFaultError):
        PassKey.from_der(damaged).sign_blinded(blind(KEY.public, MESSAGE).blinded)


@pytest.mark.parametrize("kind", ["another length", "another kind"])
def test_a_file_with_another_key_is_refused(kind: str) -> None:
    foreign = (
        published_key() if kind == "another length" else ec.generate_private_key(ec.SECP256R1())
    )
    der = foreign.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with pytest.raises(ValueError, match="holds no pass key"):
        PassKey.from_der(der)


def test_neither_key_nor_unblinder_is_printed() -> None:
    hidden = blind(KEY.public, MESSAGE)
    assert repr(KEY) == "PassKey()"
    assert str(hidden.unblinder) not in repr(hidden)


PROGRAM = """
import json, sys
if sys.argv[1] == "without":
    sys.modules["gmpy2"] = None  # as where it is not installed
from cryptography.hazmat.primitives.serialization import load_der_private_key
from surveys import powers
from surveys.blind_rsa import PassKey
key = PassKey(load_der_private_key(bytes.fromhex(sys.argv[2]), None))
signature = key.sign_blinded(bytes.fromhex(sys.argv[3]))
print(json.dumps([powers.secret_power is pow, powers.power is pow, signature.hex()]))
"""


@pytest.mark.parametrize("gmpy2", ["with", "without"])
def test_the_signature_is_the_published_one_with_and_without_gmpy2(gmpy2: str) -> None:
    der = published_key().private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    blinded = RFC_9474_A1["blinded_msg"].hex()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, gmpy2, der.hex(), blinded],
        cwd=REPOSITORY, check=True, capture_output=True, text=True,
    )  # fmt: skip
    is_plain = gmpy2 == "without"
    assert json.loads(done.stdout) == [is_plain, is_plain, RFC_9474_A1["blind_sig"].hex()]
