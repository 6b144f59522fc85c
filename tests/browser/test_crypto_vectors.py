"""The phone's half of the protocol in real Chromium, against what the RFCs publish."""

import pytest

from tests.browser.crypto_bench import CryptoBench
from tests.browser.crypto_bench import bench as bench  # noqa: PLC0414 - a fixture found here
from tests.browser.crypto_bench import bench_page as bench_page  # noqa: PLC0414 - likewise
from tests.published_vectors import RFC_9180_A3_1, RFC_9474_A1

BLIND = """
async ({n, message}) => {
  const {blinded, unblinder} = await passes.blind(unhex(n), unhex(message));
  return {blinded: hex(blinded), unblinder: hex(unblinder)};
}
"""
FINALIZE = """
async ({n, message, signed, unblinder}) =>
  hex(await passes.finalize(unhex(n), unhex(message), unhex(signed), unhex(unblinder)))
"""
# The one pair of keys that the page makes is the vector's, and encryption gets its associated data.
SEAL_AS_PUBLISHED = """
async ({pkRm, skEm, enc, pt, info, aad}) => {
  const point = unhex(enc);
  const curve = {name: "ECDH", namedCurve: "P-256"};
  const jwk = {
    kty: "EC", crv: "P-256", d: passes.toBase64url(unhex(skEm)),
    x: passes.toBase64url(point.slice(1, 33)), y: passes.toBase64url(point.slice(33)),
  };
  const pair = {
    publicKey: await crypto.subtle.importKey("raw", point, curve, true, []),
    privateKey: await crypto.subtle.importKey("jwk", jwk, curve, false, ["deriveBits"]),
  };
  const encrypt = crypto.subtle.encrypt.bind(crypto.subtle);
  crypto.subtle.generateKey = async () => pair;
  crypto.subtle.encrypt = (rule, key, plain) =>
    encrypt({...rule, additionalData: unhex(aad)}, key, plain);
  return hex(await sealing.seal(unhex(pkRm), unhex(pt), unhex(info)));
}
"""
N = RFC_9474_A1["n"]
R = pow(int.from_bytes(RFC_9474_A1["inv"]), -1, int.from_bytes(N)).to_bytes(len(N))


def test_blinding_gives_the_published_blinded_message(bench: CryptoBench) -> None:
    bench.draw(RFC_9474_A1["salt"], R)
    hidden = bench.texts(BLIND, n=N, message=RFC_9474_A1["input_msg"])
    assert hidden["blinded"] == RFC_9474_A1["blinded_msg"]
    assert hidden["unblinder"] == RFC_9474_A1["inv"]


@pytest.mark.parametrize(
    "unfit",
    [bytes(512), N, b"\xff" * 512, RFC_9474_A1["p"].rjust(512, b"\0")],
    ids=["zero", "the modulus", "above it", "one of its primes"],
)
def test_a_number_that_cannot_blind_is_drawn_again(bench: CryptoBench, unfit: bytes) -> None:
    bench.draw(RFC_9474_A1["salt"], unfit, R)
    hidden = bench.texts(BLIND, n=N, message=RFC_9474_A1["input_msg"])
    assert hidden["blinded"] == RFC_9474_A1["blinded_msg"]


def finalize_given(**changed: bytes) -> dict[str, bytes]:
    given = {
        "n": N,
        "message": RFC_9474_A1["input_msg"],
        "signed": RFC_9474_A1["blind_sig"],
        "unblinder": RFC_9474_A1["inv"],
    }
    return given | changed


def test_unblinding_gives_the_published_signature(bench: CryptoBench) -> None:
    assert bench.run(FINALIZE, **finalize_given()) == RFC_9474_A1["sig"].hex()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"signed": RFC_9474_A1["blinded_msg"]}, "does not fit"),
        ({"message": RFC_9474_A1["msg"]}, "does not fit"),
        ({"unblinder": R}, "does not fit"),
        ({"signed": RFC_9474_A1["blind_sig"][1:]}, "wrong length"),
        ({"signed": b"\0" + RFC_9474_A1["blind_sig"]}, "wrong length"),
        ({"signed": b""}, "wrong length"),
    ],
    ids=["not signed", "other message", "other factor", "too short", "too long", "nothing"],
)
def test_a_signature_that_does_not_check_is_not_used(
    bench: CryptoBench, changed: dict[str, bytes], said: str
) -> None:
    assert said in bench.error_of(FINALIZE, **finalize_given(**changed))


def test_sealing_gives_the_published_ciphertext(bench: CryptoBench) -> None:
    vector = {name: RFC_9180_A3_1[name] for name in ("pkRm", "skEm", "enc", "pt", "info", "aad")}
    sealed = bench.run(SEAL_AS_PUBLISHED, **vector)
    assert sealed == (RFC_9180_A3_1["enc"] + RFC_9180_A3_1["ct"]).hex()


def test_nothing_is_sealed_for_a_point_off_the_curve(bench: CryptoBench) -> None:
    off = RFC_9180_A3_1["pkRm"][:-1] + b"\0"
    script = (
        "async ({point}) => hex(await sealing.seal(unhex(point), new Uint8Array(64), unhex('')))"
    )
    assert "Error" in bench.error_of(script, point=off)
