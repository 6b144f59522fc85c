"""Reading some units' cells of one month."""

import pytest

from analysis.archive import month_cells, unit_cells
from pulse.stores import Stores
from surveys.errors import StateError
from surveys.ledger.signing import LogSigner
from surveys.units import UnitCode
from tests.pulse.released import FIRST, MANY, release, tally_of


def test_some_units_cells_are_those_of_the_whole_month(stores: Stores, signer: LogSigner) -> None:
    asked = [UnitCode("north-3"), UnitCode("south"), UnitCode("nowhere")]
    with stores.archive() as session:
        release(session, [tally_of(FIRST, {**MANY, "north-3": 3}, means={})], signer)
        some, whole = unit_cells(session, FIRST, asked), month_cells(session, FIRST)

        assert set(some) == {"north-3", "south"}
        assert some["north-3"] == whole[UnitCode("north-3")]
        assert repr(some[UnitCode("south")].cell) == repr(whole[UnitCode("south")].cell)


def test_a_month_that_nobody_may_see_has_no_cells(stores: Stores) -> None:
    with stores.archive() as session, pytest.raises(StateError, match="no release"):
        unit_cells(session, FIRST, [UnitCode("root")])
