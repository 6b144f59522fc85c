"""The insertion test shows a cell exactly if linear algebra finds nothing about 1 to k-1 people."""

import random
from collections import Counter

import pytest

from analysis.disclosure.cell_order import CellOrder
from analysis.disclosure.cut_graph import CutGraph
from analysis.disclosure.local_flow import LocalFlow, StepsUsedUpError
from tests.analysis.disclosure.one_demographic_judges import Cell, rank, row_of, tells_on_few
from tests.analysis.disclosure.one_demographic_tables import ROLE, random_table


def cell_of(order: CellOrder, number: int) -> Cell:
    block, place = divmod(number, order.size)
    return min(block, 1), order.units[place], max(block - 1, 0)


class Bench:
    """A graph beside the list of cells that linear algebra is asked about."""

    def __init__(self, chance: random.Random) -> None:
        self.table = random_table(chance)
        self.k = chance.randint(2, 6)
        self.order = CellOrder(self.table, ROLE)
        self.graph = CutGraph(self.order, self.k)
        self.cells = [n for n, people in enumerate(self.order.respondents) if people]
        chance.shuffle(self.cells)

    def places(self, numbers: list[int]) -> list[Cell]:
        return [cell_of(self.order, number) for number in numbers]

    def shown(self) -> list[int]:
        return [number for number, is_shown in enumerate(self.graph.shown) if is_shown]

    def tells(self, numbers: list[int]) -> bool:
        return tells_on_few(self.table, self.places(numbers), self.k)

    def follows(self, number: int) -> bool:
        rows = [row_of(self.table, cell) for cell in self.places(self.shown())]
        return rank(rows) == rank([*rows, row_of(self.table, cell_of(self.order, number))])


def test_thousands_of_decisions_are_those_of_linear_algebra() -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(600):
        bench = Bench(random.Random(seed))
        for cell in bench.cells:
            would_tell, follows = bench.tells([*bench.shown(), cell]), bench.follows(cell)
            tested = bench.graph.insert(cell)
            assert tested.is_shown is not would_tell
            assert (tested.flow == 0) is follows
            assert tested.is_shown or bench.tells([*tested.blockers, cell])
            outcomes["refused" if would_tell else "follows" if follows else "shown"] += 1
    assert min(outcomes.values()) > 500


@pytest.mark.parametrize("seed", range(1000, 1060))
def test_decisions_stay_right_when_cells_are_withdrawn_and_shown_again(seed: int) -> None:
    chance = random.Random(seed)
    bench = Bench(chance)
    for _ in range(4):
        for cell in bench.cells:
            if bench.graph.shown[cell]:
                if chance.random() < 0.4:
                    bench.graph.withdraw(cell)
                    if chance.random() < 0.3:
                        bench.graph.show(cell)
            elif chance.random() < 0.6:
                would_tell = bench.tells([*bench.shown(), cell])
                assert bench.graph.insert(cell).is_shown is not would_tell


def test_a_refused_cell_stays_refused_while_more_is_shown() -> None:
    for seed in range(200, 260):
        bench = Bench(random.Random(seed))
        refused = [cell for cell in bench.cells if not bench.graph.insert(cell).is_shown]
        assert not any(bench.graph.insert(cell).is_shown for cell in refused)


def test_a_test_that_takes_too_many_steps_is_given_up() -> None:
    edges = {0: {1: 1}, 1: {0: 1, 2: 1}, 2: {1: 1, 3: 1}, 3: {2: 1}}
    before = {node: dict(around) for node, around in edges.items()}
    with pytest.raises(StepsUsedUpError):
        LocalFlow(edges).capped(0, 3, most=5, steps=2)
    assert edges == before
    assert LocalFlow(edges).capped(0, 3, most=5, steps=100)[0] == 1
    assert edges == before


def test_a_flow_goes_back_on_an_edge_where_that_lets_more_through() -> None:
    # The first path takes the one bridge between the halves against the way of the second.
    edges = {
        0: {1: 1, 2: 1},
        1: {0: 1, 3: 1, 4: 1},
        2: {0: 1, 4: 1},
        3: {1: 1, 5: 1},
        4: {1: 1, 2: 1, 5: 1},
        5: {3: 1, 4: 1},
    }
    assert LocalFlow(edges).capped(0, 5, most=9, steps=100)[0] == 2


def test_a_cell_whose_test_is_given_up_stays_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(random.Random(3))
    monkeypatch.setattr("analysis.disclosure.cut_graph.STEPS_PER_TEST", -1)
    outcomes = [bench.graph.insert(cell) for cell in bench.cells]
    assert all(tested.blockers == () for tested in outcomes if not tested.is_shown)
    monkeypatch.undo()
    assert not bench.tells(bench.shown())
    assert any(bench.graph.insert(cell).is_shown for cell in bench.cells)
