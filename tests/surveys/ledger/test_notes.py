"""Signed notes and checkpoints, against the published example and against every change of it."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from surveys.ledger.notes import Checkpoint, NoteError, open_checkpoint, open_note, sign_note
from surveys.ledger.signing import KeyTextError, LogPublicKey, LogSigner

# The example of the signed note's own documentation: key, text and signature.
KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = (
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
)
NOTE = f"{TEXT}\n\N{EM DASH} PeterNeumann {SIGNATURE}\n"

SIGNER = LogSigner.generate()
CHECKPOINT = Checkpoint(SIGNER.public_key.origin, 3, bytes(range(32)))


def test_the_published_note_opens() -> None:
    assert open_note(NOTE, LogPublicKey.parse(KEY)) == TEXT


def test_the_published_signature_is_made_again() -> None:
    signer = LogSigner(Ed25519PrivateKey.from_private_bytes(SEED))
    assert signer.sign(TEXT.encode()) == base64.b64decode(SIGNATURE)[4:]


def test_a_public_key_is_written_as_published() -> None:
    assert LogPublicKey.parse(KEY).text == KEY


@given(st.integers(0, len(KEY) - 1), st.characters(codec="ascii"))
def test_no_changed_public_key_is_taken_for_the_key(place: int, letter: str) -> None:
    changed = KEY[:place] + letter + KEY[place + 1 :]
    try:
        parsed = LogPublicKey.parse(changed)
    except KeyTextError:
        return
    assert parsed == LogPublicKey.parse(KEY)


@given(st.integers(0, len(NOTE) - 1), st.characters(codec="utf-8"))
def test_no_changed_note_opens_with_another_text(place: int, letter: str) -> None:
    changed = NOTE[:place] + letter + NOTE[place + 1 :]
    try:
        text = open_note(changed, LogPublicKey.parse(KEY))
    except NoteError:
        return
    assert text == TEXT


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        TEXT,
        f"{TEXT}\n",
        f"{TEXT}\n\n",
        NOTE.rstrip("\n"),
        f"{TEXT}\n\N{EM DASH} PeterNeumann\n",
        f"{TEXT}\n- PeterNeumann {SIGNATURE}\n",
        f"{TEXT}\n\N{EM DASH} PeterNeumann not-base64!\n",
    ],
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(NoteError):
        open_note(note, LogPublicKey.parse(KEY))


def test_a_second_signature_by_somebody_else_does_no_harm() -> None:
    auditor = LogSigner.generate()
    extra = sign_note(CHECKPOINT.text, auditor).rpartition("\n\n")[2]
    cosigned = sign_note(CHECKPOINT.text, SIGNER) + extra
    assert open_note(cosigned, SIGNER.public_key) == CHECKPOINT.text
    assert open_note(cosigned, auditor.public_key) == CHECKPOINT.text


def test_a_note_of_another_key_does_not_open() -> None:
    with pytest.raises(NoteError, match="did not sign"):
        open_note(sign_note(CHECKPOINT.text, SIGNER), LogSigner.generate().public_key)


def test_a_checkpoint_is_name_size_and_root_on_three_lines() -> None:
    assert (
        CHECKPOINT.text == f"{CHECKPOINT.origin}\n3\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
    )


def test_a_signed_checkpoint_comes_back_whole() -> None:
    assert open_checkpoint(sign_note(CHECKPOINT.text, SIGNER), SIGNER.public_key) == CHECKPOINT


def test_a_checkpoint_of_another_log_is_refused() -> None:
    other = Checkpoint("another-log", 3, bytes(32))
    with pytest.raises(NoteError, match="another log, another-log"):
        open_checkpoint(sign_note(other.text, SIGNER), SIGNER.public_key)


ROOT = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"log\n3\n{ROOT}",
        f"log\n03\n{ROOT}\n",
        f"log\n-3\n{ROOT}\n",
        f"log\n\N{SUPERSCRIPT THREE}\n{ROOT}\n",
        f"\n3\n{ROOT}\n",
        "log\n3\nAAAA\n",
        "log\n3\nnot base64\n",
        "log\n3\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        Checkpoint.parse(text)


def test_further_lines_of_a_checkpoint_are_passed_over() -> None:
    assert Checkpoint.parse(f"log\n0\n{ROOT}\nextension\n") == Checkpoint("log", 0, bytes(32))


def test_a_log_key_survives_being_written_down() -> None:
    assert LogSigner.from_pem(SIGNER.as_pem()).public_key == SIGNER.public_key


@pytest.mark.parametrize("kept", [0, 27, 80])
def test_a_damaged_log_key_is_refused(kept: int) -> None:
    with pytest.raises(KeyTextError, match="cut or changed"):
        LogSigner.from_pem(SIGNER.as_pem()[:kept])


def test_a_key_of_another_kind_is_refused() -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(KeyTextError, match="not an Ed25519 key"):
        LogSigner.from_pem(pem)


def test_a_log_key_is_never_shown_by_accident() -> None:
    assert "rivate" not in repr(SIGNER)
