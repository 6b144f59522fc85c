"""A visible release can be attacked again by anybody who reads it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from analysis.release import (
    Reason,
    ReleaseHead,
    SelfAttack,
    ShownCell,
    Source,
    Suppressed,
    UnitMonth,
)
from analysis.repeated_attack import attack_again
from surveys.months import Month
from surveys.units import Unit, UnitCode, UnitTree

MARCH = Month(2026, 3)
TREE = UnitTree.of(
    date(2026, 1, 1),
    [
        Unit(UnitCode("city"), "City", None),
        Unit(UnitCode("north"), "North", UnitCode("city")),
        Unit(UnitCode("south"), "South", UnitCode("city")),
    ],
)
HEAD = ReleaseHead(
    month=MARCH,
    source=Source.IMPORTED,
    threshold=5,
    tree=TREE,
    items=(),
    self_attack=SelfAttack({}, {}, ()),
    engine="1",
    released_on="2026-04-09",
    log_place=1,
    sha256="0" * 64,
)


def cells(shown: Mapping[str, int]) -> dict[UnitCode, UnitMonth]:
    """Cells that show these respondents and hide every other unit."""
    return {
        unit.code: UnitMonth(
            unit.code,
            MARCH,
            ShownCell(shown[unit.code], {}) if unit.code in shown else Suppressed(Reason.TOO_FEW),
        )
        for unit in TREE
    }


def test_a_hidden_unit_that_is_large_enough_is_no_leak() -> None:
    report = attack_again(HEAD, cells({"city": 20, "north": 15}), {})
    assert report.leaks == 0
    assert sum(report.tried.values()) > 0


def test_a_hidden_unit_that_subtraction_finds_too_small_is_a_leak() -> None:
    assert attack_again(HEAD, cells({"city": 20, "north": 16}), {}).leaks > 0


def test_a_release_is_judged_under_its_own_threshold() -> None:
    shown = cells({"city": 20, "north": 14})
    stricter = replace(HEAD, threshold=10)
    assert attack_again(HEAD, shown, {}).leaks == 0
    assert attack_again(stricter, shown, {}).leaks > 0
