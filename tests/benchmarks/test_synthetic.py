"""The synthetic organisations are what their documentation says, and the same every time."""

import csv
from pathlib import Path

import numpy as np
import pytest

from analysis.disclosure.frequency_tables import TOTALS, FrequencyTable
from benchmarks.synthetic import (
    LEAN,
    PROFILES,
    SITE,
    SMALL,
    SOLID,
    Profile,
    frequency_table,
    organisation,
    write_csv,
)


def respondents_of_teams(table: FrequencyTable) -> np.ndarray:
    teams = sorted(set(range(len(table.parents))) - set(table.parents))
    return table.cell_counts(TOTALS)[teams, 0]


def children(table: FrequencyTable, depth: int) -> list[int]:
    units = np.flatnonzero(table.depths == depth)
    return [table.parents.count(unit) for unit in units]


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_the_same_seed_gives_the_same_organisation_whatever_is_counted(profile: Profile) -> None:
    once, again = (frequency_table(60, seed=4, profile=profile) for _ in range(2))
    assert once.atom_counts.tobytes() == again.atom_counts.tobytes()
    assert once.atom_categories.tobytes() == again.atom_categories.tobytes()
    by_role = frequency_table(60, seed=4, profile=profile, demographics=1)
    for block in range(2):
        kept = once.cell_counts(once.blocks[block])
        assert np.array_equal(kept, by_role.cell_counts(by_role.blocks[block]))
    parents, counts = organisation(60, seed=4, profile=profile)
    assert tuple(parents) == once.parents
    assert sum(counts) == once.cell_counts(TOTALS)[0, 0]


def test_services_have_3_to_15_teams_and_directorates_3_to_15_services() -> None:
    table = frequency_table(2000, seed=4)
    for depth in (1, 2):
        *whole, _last = children(table, depth)  # the last one ends with the organisation
        assert min(whole) == 3
        assert max(whole) == 15


def test_about_half_of_the_lean_teams_are_below_5_respondents() -> None:
    assert 0.42 < (respondents_of_teams(frequency_table(5000, seed=4)) < SMALL).mean() < 0.52


def test_a_small_team_of_the_solid_profile_stands_alone_in_its_service() -> None:
    table = frequency_table(2000, seed=4, profile=SOLID)
    counts = table.cell_counts(TOTALS)[:, 0]
    small = [unit for unit in np.flatnonzero(table.depths == 3) if counts[unit] < SMALL]
    assert len({table.parents[unit] for unit in small}) == len(small) > 50


def test_four_of_five_people_of_a_team_are_on_one_site() -> None:
    table = frequency_table(1000, seed=4, profile=LEAN)
    by_site = table.cell_counts(table.blocks[1 + SITE])[table.depths == 3]
    large = by_site[by_site.sum(axis=1) >= 12]
    assert (
        0.8 < (large.max(axis=1) / large.sum(axis=1)).mean() < 0.88
    )  # 0.8 and a fifth of the rest


def test_the_files_hold_every_unit_and_every_respondent(tmp_path: Path) -> None:
    table = frequency_table(30, seed=4)
    units, atoms = write_csv(table, tmp_path)
    with units.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["unit"] for row in rows] == [f"unit-{place}" for place in range(len(table.parents))]
    with atoms.open(encoding="utf-8") as file:
        answered = sum(int(row["respondents"]) for row in csv.DictReader(file))
    assert answered == table.atom_counts.sum()
