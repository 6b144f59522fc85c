"""Nothing of the sealed certificate is ever in a file: not while a wave is closed, nor later."""

import json
from datetime import timedelta

import pytest

from analysis import release_proof
from analysis.disclosure.certificate import Certificates, certify
from pulse.installation import Installation
from pulse.jobs.closing import close_wave, release_wave, stage_wave
from surveys.canonical import sha256_hex
from tests.attacks.marked_people import files_under
from tests.pulse.waves_made import CLOSES, answer, opened_wave, secrets_of
from tests.pulse.waves_made import quick_keys as quick_keys  # noqa: PLC0414 - a fixture found here

_PIECE = 16  # a page of a database ends at any byte, and breaks one piece at most


def pieces(text: str) -> list[bytes]:
    return [text[at : at + _PIECE].encode() for at in range(0, len(text) - _PIECE + 1, _PIECE)]


def found(site: Installation, text: str) -> int:
    """Return how many pieces of a text stand in any file of the installation."""
    written = files_under(site.settings.home).values()
    return sum(any(piece in each for each in written) for piece in pieces(text))


@pytest.mark.usefixtures("quick_keys")
def test_no_byte_of_the_installation_is_of_the_sealed_certificate(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Certificates] = []

    def overheard(*given: object) -> Certificates:
        made.append(certify(*given))  # type: ignore[arg-type] - handed on as they came
        return made[-1]

    monkeypatch.setattr(release_proof, "certify", overheard)
    site, code = installation, opened_wave(installation)
    for place, secret in enumerate(secrets_of(site, code)):
        answer(site, secret, [1 + (place + item) % 5 for item in range(8)])
    steps = {close_wave: CLOSES, stage_wave: CLOSES, release_wave: CLOSES + timedelta(days=3)}
    for step, day in steps.items():
        step(site, code, day=day)
        for each in made:
            sealed = json.loads(each.sealed)
            atoms = json.dumps(sealed["atoms"], sort_keys=True, separators=(",", ":"))
            assert atoms in each.sealed
            assert len(pieces(atoms)) > 1
            assert found(site, atoms) == 0
            assert found(site, sealed["salt"]) == 0
            assert bytes.fromhex(sealed["salt"]) not in b"".join(
                files_under(site.settings.home).values()
            )
            # that the search would find it: the hash, which the public certificate holds
            assert found(site, sha256_hex(each.sealed)) >= len(pieces(sha256_hex(each.sealed))) - 1
    assert len(made) == 1
