"""Seed-fixed synthetic organisations, shared by tests and benchmarks."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.disclosure.frequency_tables import TOTALS, Block, FrequencyTable

DEMOGRAPHICS = ("role", "tenure", "site")
CATEGORIES = (5, 4, 5)
SITE = DEMOGRAPHICS.index("site")
SHARE_ON_OWN_SITE = 0.8
SMALL = 5  # respondents below which a team counts as small


@dataclass(frozen=True, slots=True)
class Profile:
    """How large teams are and how many answer; response per team is Beta with these two."""

    median_people: int
    response: tuple[float, float]
    is_small_alone: bool = False
    """A service has at most one team of fewer than 5 respondents: it has nobody to hide with."""


LEAN = Profile(median_people=8, response=(6, 4))
"""About 45 % of teams have fewer than 5 respondents."""
SOLID = Profile(median_people=13, response=(8, 2), is_small_alone=True)
PROFILES = {"lean": LEAN, "solid": SOLID}


def organisation(teams: int, *, seed: int, profile: Profile = LEAN) -> tuple[list[int], list[int]]:
    """Return parents and own respondents of a tree of teams, services, directorates and a whole.

    Services have 3 to 15 teams, directorates 3 to 15 services; people per team are log-normal
    (sigma 0.55, clipped to 2..25).
    """
    parents, counts = _tree(teams, np.random.default_rng(seed), profile)
    return parents, counts


def frequency_table(
    teams: int, *, seed: int, profile: Profile = LEAN, demographics: int = len(DEMOGRAPHICS)
) -> FrequencyTable:
    """Return the same organisation with its respondents by role, tenure and site.

    Role and tenure are drawn alike for everybody, 80 % of a team's people are on the team's site.
    With fewer demographics the same people are counted by the first ones only. Every demographic
    is one block at every level; only atoms with respondents are listed.
    """
    random = np.random.default_rng(seed)
    parents, counts = _tree(teams, random, profile)
    units = np.repeat(np.arange(len(parents)), counts)
    people = np.stack([random.integers(0, width, len(units)) for width in CATEGORIES], axis=1)
    sites = random.integers(0, CATEGORIES[SITE], len(parents))
    is_at_own = random.random(len(units)) < SHARE_ON_OWN_SITE
    people[is_at_own, SITE] = sites[units[is_at_own]]
    rows = np.column_stack([units, people[:, :demographics]])
    atoms, sizes = np.unique(rows, axis=0, return_counts=True)
    return FrequencyTable(
        tuple(parents),
        CATEGORIES[:demographics],
        atoms[:, 0].astype(np.int64),
        atoms[:, 1:].astype(np.int64),
        sizes.astype(np.int64),
        (TOTALS, *(Block((place,)) for place in range(demographics))),
    )


def write_csv(table: FrequencyTable, folder: Path) -> tuple[Path, Path]:
    """Write units.csv (code, parent) and atoms.csv (unit, demographics, respondents)."""
    units, atoms = folder / "units.csv", folder / "atoms.csv"
    names = DEMOGRAPHICS[: len(table.categories)]
    with units.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["unit", "parent"])
        for unit, parent in enumerate(table.parents):
            rows.writerow([_code(unit), _code(parent) if parent >= 0 else ""])
    with atoms.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["unit", *names, "respondents"])
        for unit, categories, count in zip(
            table.atom_units, table.atom_categories, table.atom_counts, strict=True
        ):
            labels = [f"{name}-{own}" for name, own in zip(names, categories, strict=True)]
            rows.writerow([_code(int(unit)), *labels, int(count)])
    return units, atoms


def _code(unit: int) -> str:
    return f"unit-{unit}"


def _tree(teams: int, random: np.random.Generator, profile: Profile) -> tuple[list[int], list[int]]:
    parents, counts = [-1], [0]
    service = directorate = services_left = teams_left = 0
    has_small = False
    for _ in range(teams):
        if teams_left == 0:
            if services_left == 0:
                directorate = len(parents)
                parents.append(0)
                counts.append(0)
                services_left = int(random.integers(3, 16))
            service = len(parents)
            parents.append(directorate)
            counts.append(0)
            services_left -= 1
            teams_left = int(random.integers(3, 16))
            has_small = False
        respondents = _respondents(random, profile)
        while profile.is_small_alone and has_small and respondents < SMALL:
            respondents = _respondents(random, profile)
        has_small |= respondents < SMALL
        parents.append(service)
        counts.append(respondents)
        teams_left -= 1
    return parents, counts


def _respondents(random: np.random.Generator, profile: Profile) -> int:
    people = int(np.clip(round(random.lognormal(np.log(profile.median_people), 0.55)), 2, 25))
    return int(random.binomial(people, random.beta(*profile.response)))
