"""Two real waves, one after the other: who joined in between decides how finely cells are shown."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from analysis.archive import month_cells
from analysis.release import ShownCell
from pulse.installation import Installation
from pulse.jobs.closing import close_wave, destroy_wave, release_wave, stage_wave
from pulse.jobs.opening import cancel_wave, open_wave
from pulse.jobs.preparing import begin_preparing, go_on_preparing
from surveys.months import Month
from surveys.roster_tables import PersonRow, PlacementRow
from surveys.wave_tables import GroupMemberRow
from tests.pulse.waves_made import (
    CLOSES,
    OPENS,
    SERVED,
    answer,
    draft_wave,
    opened_wave,
    prepared_wave,
    secrets_of,
)
from tests.pulse.waves_made import quick_keys as quick_keys  # noqa: PLC0414 - a fixture found here

TEAMS = {"A": 8, "B": 9}
LATER = timedelta(days=28)
RELEASE_DAY = CLOSES + timedelta(days=3)
pytestmark = pytest.mark.usefixtures("quick_keys")


def answered(site: Installation, code: str, *, missing: dict[str, int]) -> None:
    """Let everybody answer but so many people of each team."""
    left = dict(missing)
    for place, (secret, team) in enumerate(secrets_of(site, code).items()):
        if left.get(team, 0):
            left[team] -= 1
        else:
            answer(site, secret, [1 + (place + item) % 5 for item in range(8)])


def first_wave(site: Installation, *, missing: dict[str, int]) -> str:
    code = opened_wave(site, teams=TEAMS)
    answered(site, code, missing=missing)
    close_wave(site, code, day=CLOSES)
    stage_wave(site, code, day=CLOSES)
    return code


def join(site: Installation, team: str) -> None:
    with site.stores.registry() as registry:
        person = PersonRow(
            reference="new", name="New", email=None, is_agency=False, needs_card=False
        )
        registry.add(person)
        registry.flush()
        registry.add(
            PlacementRow(person_id=person.id, valid_from=CLOSES, valid_to=None, unit_code=team)
        )


def leave(site: Installation, reference: str) -> None:
    with site.stores.registry() as registry:
        who = select(PersonRow.id).where(PersonRow.reference == reference)
        placement = registry.scalars(select(PlacementRow).where(PlacementRow.person_id.in_(who)))
        placement.one().valid_to = CLOSES


def second_wave(site: Installation, *, missing: dict[str, int]) -> dict[str, bool]:
    """Stage a wave four weeks later, and return of each shown cell whether it is coarse."""
    code = draft_wave(site, opens_on=OPENS + LATER, closes_on=CLOSES + LATER)
    begin_preparing(site, code)
    assert go_on_preparing(site, code, day=OPENS + LATER - timedelta(days=3))
    open_wave(site, code, day=OPENS + LATER, served=SERVED)
    answered(site, code, missing=missing)
    close_wave(site, code, day=CLOSES + LATER)
    stage_wave(site, code, day=CLOSES + LATER)
    release_wave(site, code, day=RELEASE_DAY + LATER)
    return coarse_cells(site, Month(2026, 12))


def coarse_cells(site: Installation, month: Month) -> dict[str, bool]:
    with site.stores.archive() as archive:
        cells = month_cells(archive, month)
    return {
        str(unit): entry.cell.is_coarse
        for unit, entry in cells.items()
        if isinstance(entry.cell, ShownCell)
    }


def members_of(site: Installation) -> set[str]:
    with site.stores.registry() as registry:
        return set(registry.scalars(select(GroupMemberRow.wave_code)))


def test_the_first_wave_has_nothing_to_be_compared_with(installation: Installation) -> None:
    code = first_wave(installation, missing={})
    release_wave(installation, code, day=RELEASE_DAY)
    cells = coarse_cells(installation, Month(2026, 11))
    assert cells == {"ALL": False, "A": False, "B": False}


def test_a_joiner_who_must_have_answered_makes_the_team_coarse_and_nothing_else(
    installation: Installation,
) -> None:
    code = first_wave(installation, missing={"A": 1})
    release_wave(installation, code, day=RELEASE_DAY)
    join(installation, "A")
    cells = second_wave(installation, missing={"B": 1})
    assert cells == {"A": True, "ALL": False, "B": False}


def test_a_joiner_who_may_be_the_one_without_an_answer_changes_nothing(
    installation: Installation,
) -> None:
    code = first_wave(installation, missing={"A": 1})
    release_wave(installation, code, day=RELEASE_DAY)
    join(installation, "A")
    cells = second_wave(installation, missing={"A": 1})
    assert not any(cells.values())


def test_a_leaver_who_must_have_answered_then_makes_the_cells_coarse_that_they_left(
    installation: Installation,
) -> None:
    code = first_wave(installation, missing={"B": 1})
    release_wave(installation, code, day=RELEASE_DAY)
    leave(installation, "a0")
    cells = second_wave(installation, missing={"A": 1, "B": 1})
    assert cells == {"A": True, "ALL": False, "B": False}


def test_while_the_results_of_the_wave_before_wait_every_cell_is_coarse(
    installation: Installation,
) -> None:
    first_wave(installation, missing={})
    cells = second_wave(installation, missing={"A": 1, "B": 2})
    assert cells == {"A": True, "ALL": True, "B": True}


def test_a_wave_that_was_destroyed_is_not_what_the_next_is_compared_with(
    installation: Installation,
) -> None:
    code = first_wave(installation, missing={})
    destroy_wave(installation, code, day=CLOSES)
    assert members_of(installation) == set()
    join(installation, "A")
    assert not any(second_wave(installation, missing={}).values())


def test_who_was_invited_is_known_until_the_next_release_and_then_forgotten(
    installation: Installation,
) -> None:
    code = first_wave(installation, missing={})
    release_wave(installation, code, day=RELEASE_DAY)
    assert members_of(installation) == {code}
    second_wave(installation, missing={})
    assert members_of(installation) == {"2026-12"}


def test_a_cancelled_wave_leaves_nobody_behind(installation: Installation) -> None:
    code = prepared_wave(installation, teams=TEAMS)
    assert members_of(installation) == {code}
    cancel_wave(installation, code, day=OPENS)
    assert members_of(installation) == set()


def test_a_wave_whose_members_are_not_known_makes_the_next_one_coarse(
    installation: Installation,
) -> None:
    code = first_wave(installation, missing={})
    release_wave(installation, code, day=RELEASE_DAY)
    with installation.stores.registry() as registry:
        registry.query(GroupMemberRow).delete()
    cells = second_wave(installation, missing={"A": 1, "B": 2})
    assert cells == {"A": True, "ALL": True, "B": True}
