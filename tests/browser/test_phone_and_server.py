"""The phone's script and the server's Python agree on every byte of passes and ballots."""

import pytest

from surveys.ballot_format import BallotKind
from surveys.ballots import (
    Ballot,
    check_ballot,
    decode_answers,
    decode_comment,
    encode_answers,
    encode_comment,
)
from surveys.encoding import base64url
from surveys.passes import begin_pass, pass_message
from surveys.sealing import seal_info
from tests.browser.crypto_bench import CryptoBench
from tests.browser.crypto_bench import bench as bench  # noqa: PLC0414 - a fixture found here
from tests.browser.crypto_bench import bench_page as bench_page  # noqa: PLC0414 - likewise
from tests.surveys.box_factories import DESCRIPTOR_SHA256, opening_key, pass_key

# As taking part does it: a fresh ballot key, the message, blinded. The ticket stays in the page.
BEGIN = """
async ({n, kind}) => {
  const modulus = unhex(n);
  const prefix = passes.random(32);
  const keyId = await passes.keyId(modulus);
  const {privateKey, point} = await sealing.makeBallotKey();
  const message = await passes.passMessage(prefix, keyId, kind, point);
  const hidden = await passes.blind(modulus, message);
  window.ticket = {modulus, prefix, keyId, privateKey, point, message, kind, ...hidden};
  return {
    blinded: hex(hidden.blinded), keyId: hex(keyId), prefix: hex(prefix), point: hex(point),
    message: hex(message),
  };
}
"""
FINISH = """
async ({signed, plain, opening, descriptor}) => {
  const {modulus, message, unblinder, kind} = ticket;
  const signature = await passes.finalize(modulus, message, unhex(signed), unblinder);
  const pass = {...ticket, kind: passes.KINDS[kind], signature};
  const body = await sealing.makeBallot(pass, unhex(plain), unhex(opening), unhex(descriptor));
  return hex(body);
}
"""
FINALIZE = """
async ({n, message, signed, unblinder}) =>
  hex(await passes.finalize(unhex(n), unhex(message), unhex(signed), unhex(unblinder)))
"""
WORDS = ["", "Good team, thank you.", "Grüße – 谢谢 \N{GRINNING FACE}", "é" * 500]


@pytest.mark.parametrize("kind", BallotKind)
def test_a_ballot_made_on_the_phone_is_taken_and_opens_on_the_server(
    bench: CryptoBench, kind: BallotKind
) -> None:
    key = pass_key(kind, "town")
    plain = (
        encode_answers((3, 0, 5)) if kind is BallotKind.SCORES else encode_comment("Merci à vous")
    )
    begun = bench.texts(BEGIN, n=key.public.modulus, kind=kind.value)
    body = bench.run(
        FINISH,
        signed=key.sign_blinded(begun["blinded"]),
        plain=plain,
        opening=opening_key().public_point,
        descriptor=bytes.fromhex(DESCRIPTOR_SHA256),
    )
    assert isinstance(body, str)
    ballot = Ballot.read(bytes.fromhex(body))
    check_ballot(ballot, key.public)
    assert (ballot.key_id, ballot.ballot_key) == (key.public.key_id, begun["point"])
    info = seal_info(DESCRIPTOR_SHA256, kind)
    assert opening_key().open(ballot.sealed, info=info) == plain


@pytest.mark.parametrize("kind", BallotKind)
def test_both_sides_name_the_key_and_write_the_message_alike(
    bench: CryptoBench, kind: BallotKind
) -> None:
    key = pass_key(kind, "town").public
    begun = bench.texts(BEGIN, n=key.modulus, kind=kind.value)
    assert begun["keyId"] == key.key_id
    assert begun["message"] == pass_message(
        prefix=begun["prefix"], key_id=key.key_id, kind=kind, ballot_key=begun["point"]
    )


def test_a_pass_begun_in_python_is_finished_on_the_phone(bench: CryptoBench) -> None:
    key = pass_key(BallotKind.SCORES, "town")
    pending = begin_pass(key.public, BallotKind.SCORES)
    signed = key.sign_blinded(pending.blinded)
    finished = bench.run(
        FINALIZE,
        n=key.public.modulus,
        message=pending.message,
        signed=signed,
        unblinder=pending.hidden.unblinder.to_bytes(256),
    )
    assert finished == pending.finish(signed).signature.hex()


def test_a_pass_of_another_group_s_key_is_not_taken_by_the_phone(bench: CryptoBench) -> None:
    key = pass_key(BallotKind.SCORES, "town").public
    begun = bench.texts(BEGIN, n=key.modulus, kind="scores")
    foreign = pass_key(BallotKind.SCORES, "harbour")
    number = int.from_bytes(begun["blinded"]) % foreign.public.number
    error = bench.error_of(
        FINISH,
        signed=foreign.sign_blinded(number.to_bytes(256)),
        plain=encode_answers(()),
        opening=opening_key().public_point,
        descriptor=bytes.fromhex(DESCRIPTOR_SHA256),
    )
    assert "does not fit" in error


def test_each_ballot_of_a_phone_has_a_key_prefix_and_blinding_of_its_own(
    bench: CryptoBench,
) -> None:
    key = pass_key(BallotKind.SCORES, "town").public
    first, second = (bench.texts(BEGIN, n=key.modulus, kind="scores") for _ in range(2))
    for part in ("prefix", "point", "blinded"):
        assert first[part] != second[part]


def test_not_even_the_page_can_read_out_the_private_half_of_a_ballot_s_key(
    bench: CryptoBench,
) -> None:
    script = """
    async () => {
      const {privateKey} = await sealing.makeBallotKey();
      return hex(new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey)));
    }
    """
    assert "not extractable" in bench.error_of(script)


@pytest.mark.parametrize("choices", [(), (0,), (1, 2, 3, 4, 5), (7,) * 8])
def test_both_sides_write_answers_alike(bench: CryptoBench, choices: tuple[int, ...]) -> None:
    written = bench.texts(
        "async ({choices}) => ({plain: hex(sealing.encodeAnswers(choices))})", choices=choices
    )["plain"]
    assert written == encode_answers(choices)
    assert decode_answers(written, [7] * len(choices)) == choices


@pytest.mark.parametrize("words", WORDS, ids=["nothing", "plain", "many scripts", "the longest"])
def test_both_sides_write_comments_alike(bench: CryptoBench, words: str) -> None:
    written = bench.texts(
        "async ({words}) => ({plain: hex(sealing.encodeComment(words))})", words=words
    )["plain"]
    assert written == encode_comment(words)
    assert decode_comment(written) == words


@pytest.mark.parametrize("content", [b"", b"\x00", b"\xfb\xff\xfe", bytes(range(256))])
def test_both_sides_write_bytes_as_the_same_text(bench: CryptoBench, content: bytes) -> None:
    script = "async ({content}) => passes.toBase64url(unhex(content))"
    assert bench.run(script, content=content) == base64url(content)
    back = "async ({text}) => hex(passes.fromBase64url(text))"
    assert bench.run(back, text=base64url(content)) == content.hex()
