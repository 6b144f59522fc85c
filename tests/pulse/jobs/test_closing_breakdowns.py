"""A wave with breakdown questions, from the ballots of phones to the protected release."""

from datetime import timedelta

import pytest

from analysis.archive import unit_breakdowns, visible_releases
from analysis.publishing import verify_release
from analysis.release import ShownCell
from pulse.installation import Installation
from pulse.jobs.closing import close_wave, release_wave, stage_wave
from pulse.jobs.opening import cancel_wave, open_wave
from pulse.jobs.preparing import begin_preparing, go_on_preparing
from surveys.ballot_format import BallotKind
from surveys.box import put_ballot
from surveys.errors import StateError
from surveys.months import Month
from surveys.policy import Breakdown
from surveys.units import UnitCode
from surveys.waves import descriptor_of, find_wave
from tests.pulse.waves_made import (
    CLOSES,
    OPENS,
    SERVED,
    answer,
    ballots_for,
    box_of,
    draft_wave,
    opened_divided_wave,
    secrets_of,
)
from tests.pulse.waves_made import quick_keys as quick_keys  # noqa: PLC0414 - a fixture found here

NOVEMBER = Month(2026, 11)
RELEASE_DAY = CLOSES + timedelta(days=3)
ROLE = Breakdown("role", "Role family", ("Social work", "Support"))
ITEMS = 4
pytestmark = pytest.mark.usefixtures("quick_keys")


@pytest.fixture
def wave(installation: Installation) -> str:
    """An open wave of teams A and B, 14 people each, that asks four items and their role."""
    return opened_divided_wave(installation, [ROLE], teams={"A": 14, "B": 14}, questions=ITEMS)


def close(site: Installation, code: str) -> None:
    close_wave(site, code, day=CLOSES)
    stage_wave(site, code, day=CLOSES)
    release_wave(site, code, day=RELEASE_DAY)


def test_what_phones_say_of_roles_is_counted_protected_and_released(
    installation: Installation, wave: str
) -> None:
    site = installation
    for place, secret in enumerate(secrets_of(site, wave)):
        role = (1, 1, 2, 2, 0, 3)[place % 6]  # 0 skipped, 3 prefers not to say
        answer(site, secret, [*(1 + (place + item) % 5 for item in range(ITEMS)), role])
    close(site, wave)
    with site.stores.archive() as archive:
        (head,) = visible_releases(archive)
        (by_role,) = unit_breakdowns(archive, NOVEMBER, UnitCode("ALL"))
        assert verify_release(archive, NOVEMBER).is_intact
    assert head.breakdowns.asked == ("Role family",)
    assert [cell.respondents for cell in by_role.cells if isinstance(cell, ShownCell)] == [10, 10]
    assert head.self_attack.leaks == 0
    assert "role" not in {item.code for item in head.items}


def test_all_ballots_of_a_wave_have_one_size_whatever_is_said_of_roles(
    installation: Installation, wave: str
) -> None:
    first, second = list(secrets_of(installation, wave))[:2]
    sizes = {
        len(body)
        for secret, role in ((first, 0), (second, 2))
        for body in ballots_for(installation, secret, [1] * ITEMS + [role]).values()
    }
    assert sizes == {kind.ballot_bytes for kind in BallotKind}


@pytest.mark.parametrize("choices", [[1] * ITEMS, [1] * ITEMS + [4], [1] * ITEMS + [1, 1]])
def test_a_ballot_that_answers_other_questions_is_not_counted(
    installation: Installation, wave: str, choices: list[int]
) -> None:
    site = installation
    everybody = list(secrets_of(site, wave))
    for secret in everybody[1:]:
        answer(site, secret, [2] * ITEMS + [1])
    box = box_of(site, everybody[0])
    for body in ballots_for(site, everybody[0], choices).values():
        put_ballot(box, body)
    close(site, wave)
    with site.stores.archive() as archive:
        (by_role,) = unit_breakdowns(archive, NOVEMBER, UnitCode("ALL"))
    assert [cell.respondents for cell in by_role.cells if isinstance(cell, ShownCell)] == [27]


def test_the_frozen_descriptor_names_what_is_asked_with_its_options(
    installation: Installation, wave: str
) -> None:
    with installation.stores.registry() as registry:
        descriptor = descriptor_of(registry, wave)
    assert descriptor.breakdown_questions == (ROLE,)
    assert '"breakdowns":["role"]' in descriptor.text


@pytest.mark.usefixtures("wave")
def test_a_wave_whose_neighbours_never_opened_does_not_open_with_breakdowns_again(
    installation: Installation,
) -> None:
    site = installation
    days = [OPENS + timedelta(days=28 * place) for place in range(1, 5)]
    between = [
        draft_wave(site, opens_on=day, closes_on=day + timedelta(days=18)) for day in days[:3]
    ]
    last = days[3]
    code = draft_wave(
        site,
        opens_on=last,
        closes_on=last + timedelta(days=18),
        questions=ITEMS,
        breakdowns=("role",),
    )
    begin_preparing(site, code)
    assert go_on_preparing(site, code, day=last - timedelta(days=3))
    for each in between:
        cancel_wave(site, each, day=last - timedelta(days=1))
    with pytest.raises(StateError, match=f"the wave that opens on {OPENS} asks some already"):
        open_wave(site, code, day=last, served=SERVED)
    with site.stores.registry() as registry:
        assert find_wave(registry, code).state.value == "prepared"
