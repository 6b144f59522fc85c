"""A frequency table says which atoms each cell holds, and refuses what contradicts itself."""

import numpy as np
import pytest

from analysis.disclosure.frequency_tables import (
    NO_CATEGORY,
    TOTALS,
    Block,
    FrequencyTable,
    TablePattern,
)

ROLE, SITE = Block((0,)), Block((1,), levels=frozenset({0}))
CROSSED = Block((0, 1), levels=frozenset({0}))


def make_table(
    parents: tuple[int, ...] = (-1, 0, 0),
    atoms: tuple[tuple[int, int, int, int], ...] = ((1, 0, 0, 6), (1, 1, 1, 7), (2, 1, -1, 8)),
    blocks: tuple[Block, ...] = (TOTALS, ROLE, SITE, CROSSED),
) -> FrequencyTable:
    """Return a table of two demographics with two categories each, from (unit, role, site, n)."""
    rows = np.array(atoms, dtype=np.int64).reshape(len(atoms), 4)
    return FrequencyTable(parents, (2, 2), rows[:, 0], rows[:, 1:3], rows[:, 3], blocks)


def test_a_cell_counts_its_unit_and_all_below_in_one_category() -> None:
    table = make_table()
    assert table.cell_counts(TOTALS).tolist() == [[21], [13], [8]]
    assert table.cell_counts(ROLE).tolist() == [[6, 15], [6, 7], [0, 8]]


def test_an_atom_without_a_category_is_in_no_cell_of_that_demographic() -> None:
    assert make_table().cell_counts(SITE)[0].tolist() == [6, 7]


def test_the_categories_of_a_crossing_stand_row_by_row() -> None:
    table = make_table()
    assert table.width(CROSSED) == 4
    assert table.category_of_atoms(CROSSED).tolist() == [0, 3, NO_CATEGORY]


def test_a_block_may_be_shown_at_its_levels_only() -> None:
    assert make_table().candidates(SITE).tolist() == [True, False, False]
    assert make_table().candidates(ROLE).tolist() == [True, True, True]


def test_what_is_hidden_has_no_count() -> None:
    table = make_table(blocks=(TOTALS,))
    pattern = TablePattern((np.array([[True], [False], [False]]),))
    assert pattern.published(table)[0].tolist() == [[21], [-1], [-1]]


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"parents": (-1, 2, 0)}, "does not come after its parent"),
        ({"atoms": ((3, 0, 0, 1),)}, "unit does not exist"),
        ({"atoms": ((0, 2, 0, 1),)}, "category of demographic 0"),
        ({"atoms": ((0, 0, 0, -1),)}, "fewer than no"),
        ({"blocks": (ROLE,)}, "first block"),
        ({"blocks": (TOTALS, ROLE, ROLE)}, "twice"),
        ({"blocks": (TOTALS, Block((0, 0)))}, "two different"),
        ({"blocks": (TOTALS, Block((2,)))}, "demographic that does not exist"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(given: dict[str, object], rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        make_table(**given)  # type: ignore[arg-type] # each case replaces one part
