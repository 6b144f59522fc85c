"""After the release everybody finds their receipt, and nobody learns who looked for which."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from pulse.app import create_app
from pulse.installation import Installation
from pulse.jobs.closing import close_wave, release_wave, stage_wave
from surveys.ballot_format import BallotKind
from surveys.ballots import Ballot
from surveys.box import put_ballot
from surveys.published_ids import published_ids
from tests.pulse.waves_made import CLOSES, ballots_for, box_of, opened_wave, secrets_of
from tests.pulse.waves_made import quick_keys as quick_keys  # noqa: PLC0414 - a fixture found here

pytestmark = pytest.mark.usefixtures("quick_keys")


def released_wave(site: Installation) -> tuple[str, str]:
    """Return the code of a wave that everybody answered, and somebody's receipt."""
    code, receipt = opened_wave(site), ""
    for secret in secrets_of(site, code):
        ballots = ballots_for(site, secret, [3] * 8)
        for body in ballots.values():
            put_ballot(box_of(site, secret), body)
        receipt = Ballot.read(ballots[BallotKind.SCORES]).id.hex()
    close_wave(site, code, day=CLOSES)
    stage_wave(site, code, day=CLOSES)
    release_wave(site, code, day=CLOSES + timedelta(days=3))
    return code, receipt


def client_of(site: Installation) -> FlaskClient:
    return create_app(site.settings).test_client()


def test_a_receipt_stands_in_the_list_of_its_wave(installation: Installation) -> None:
    code, receipt = released_wave(installation)
    client = client_of(installation)
    assert f"/p/receipts/{code}.txt" in client.get("/p/receipts").text
    answer = client.get(f"/p/receipts/{code}.txt")
    assert receipt in answer.text.splitlines()
    assert answer.text.splitlines() == sorted(answer.text.splitlines())
    assert "Set-Cookie" not in answer.headers


def test_before_the_release_there_is_no_list(installation: Installation) -> None:
    code = opened_wave(installation)
    client = client_of(installation)
    assert "No list is published yet" in client.get("/p/receipts").text
    assert client.get(f"/p/receipts/{code}.txt").status_code == 404
    assert client.get("/p/receipts/2026-%25.txt").status_code == 404


def test_a_wave_whose_code_begins_like_another_has_its_own_list(
    installation: Installation,
) -> None:
    code, receipt = released_wave(installation)
    with installation.stores.archive() as archive:
        assert receipt in published_ids(archive, code)
        with pytest.raises(Exception, match="No list of ballots"):
            published_ids(archive, code[:-1])


@pytest.mark.parametrize("path", ["/p/anonymity", "/p/receipts"])
def test_pages_without_script_change_their_language_by_a_link(
    installation: Installation, path: str
) -> None:
    settings = type(installation.settings).from_environ(
        {"PULSE_HOME": str(installation.settings.home), "PULSE_LANGUAGES": "en,en-XA,ar-XB"}
    )
    client = create_app(settings).test_client()
    english = client.get(path).text
    assert f'href="{path}?language=ar-XB"' in english
    arabic = client.get(f"{path}?language=ar-XB").text
    assert '<html lang="ar-XB" dir="rtl">' in arabic
    assert "/p/anonymity?language=ar-XB" in arabic
    assert '<html lang="en" dir="ltr">' in client.get(f"{path}?language=tlh").text
