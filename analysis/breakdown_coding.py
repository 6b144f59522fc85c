"""The figures of shown breakdown cells: means alone, coded and searched with those of units.

Shares are not given by group. No page shows them, and in groups of a few people they prove so
often what all of one said that whole questions would be withheld (docs/decisions/0116). A question
whose means still prove something is withheld from all breakdown cells, not from unit totals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.aggregation import sum_up
from analysis.breakdown_protection import ProtectedBreakdowns
from analysis.coding import CodedItem, CodingRules, Flags, Whole, code_item
from analysis.disclosure.attack import AttackReport, ControlSilentError
from analysis.disclosure.frequency_tables import NO_CATEGORY
from analysis.disclosure.rules import Rules
from analysis.disclosure.unanimity import ContradictionError, PublishedItem
from analysis.disclosure.unanimous_cells import find_unanimous_cells
from analysis.figure_text import mean_texts
from analysis.release import ReleasedBreakdowns
from analysis.release_documents import BreakdownCellsText
from analysis.self_attack import published_means
from analysis.tally import MonthTally
from surveys.instruments import ItemCode
from surveys.policy import AnonymityPolicy
from surveys.units import UnitTree


@dataclass(frozen=True, slots=True)
class BreakdownRelease:
    """What a release holds of breakdowns: their description, their cells, the attacks on them.

    `tried` counts the groups that were searched for one mind, beyond those of unit totals.
    """

    described: ReleasedBreakdowns
    cells: tuple[BreakdownCellsText, ...] = ()
    attacked: AttackReport | None = None
    tried: int = 0


@dataclass(frozen=True, slots=True)
class _Cells:
    """The shown cells among all `cells` of one block; `places` are unit x width + category."""

    cells: int
    width: int
    places: Whole
    respondents: Whole
    counts: Whole  # a row per shown cell, a column per option of every item
    coarse: Flags  # which of the shown cells are shown coarsely, as their units are

    def coding(self, policy: AnonymityPolicy) -> CodingRules:
        return CodingRules.of(policy, coarse=False, coarse_cells=self.coarse)


_Coded = list[dict[ItemCode, CodedItem]]
"""For each block its items, a row per shown cell."""


def release_breakdowns(
    tally: MonthTally,
    tree: UnitTree,
    policy: AnonymityPolicy,
    protected: ProtectedBreakdowns | None,
    totals: Mapping[ItemCode, PublishedItem],
    coarse_units: Flags,
) -> BreakdownRelease:
    """Return what is released of the breakdown questions that the month asked, if any.

    Args:
        tally: the counts.
        tree: the units of the month.
        policy: it declares every breakdown of the tally.
        protected: what may be shown; None where nothing may be.
        totals: each item's figures as unit totals show them; no other item is shown.
        coarse_units: for every unit of the tree whether its cells are shown coarsely.
    """
    asked = ReleasedBreakdowns(
        tuple(each.name for each in policy.breakdowns if each in tally.breakdowns)
    )
    if protected is None:
        return BreakdownRelease(asked)
    cells = _shown_cells(tally, protected, coarse_units)
    coder = _Coder(tally, policy, protected, totals, cells)
    coded = coder.coded()
    try:
        tried, withheld = coder.search(coded)
    except (ControlSilentError, ContradictionError):
        return BreakdownRelease(asked)
    kept = [{c: item for c, item in block.items() if c not in withheld} for block in coded]
    described = replace(asked, divided=protected.blocks, withheld=tuple(sorted(withheld)))
    texts = _texts(tree, protected, coder.cells, kept)
    return BreakdownRelease(described, texts, protected.attacked, tried)


def _shown_cells(
    tally: MonthTally, protected: ProtectedBreakdowns, coarse_units: Flags
) -> list[_Cells]:
    table = protected.table
    columns = [tally.items[code].counts for code in tally.items]
    rows = np.concatenate([tally.respondents[:, np.newaxis], *columns], axis=1)[protected.rows]
    found: list[_Cells] = []
    for block, shown in zip(table.blocks[1:], protected.pattern.shown[1:], strict=True):
        width, category = table.width(block), table.category_of_atoms(block)
        own = np.zeros((len(table.parents) * width, rows.shape[1]), dtype=np.int64)
        inside = category != NO_CATEGORY
        np.add.at(own, table.atom_units[inside] * width + category[inside], rows[inside])
        whole = sum_up(own.reshape(len(table.parents), -1), table.parents).reshape(own.shape)
        places = np.flatnonzero(shown.reshape(-1))
        people, counts = whole[places, 0], whole[places, 1:]
        coarse = coarse_units[places // width]
        found.append(_Cells(shown.size, width, places, people, counts, coarse))
    return found


@dataclass(frozen=True, slots=True)
class _Coder:
    """Codes all blocks alike and searches them for groups of one mind, with the unit totals."""

    tally: MonthTally
    policy: AnonymityPolicy
    protected: ProtectedBreakdowns
    totals: Mapping[ItemCode, PublishedItem]
    cells: list[_Cells]

    def coded(self) -> _Coded:
        items = self.tally.items
        ends = np.cumsum([tally.counts.shape[1] for tally in items.values()])[:-1]
        return [
            {
                code: code_item(
                    counts,
                    block.respondents,
                    scale=items[code].scale,
                    reverse_keyed=items[code].item.reverse_keyed,
                    rules=block.coding(self.policy),
                )
                for code, counts in zip(items, np.split(block.counts, ends, axis=1), strict=True)
                if code in self.totals
            }
            for block in self.cells
        ]

    def search(self, coded: _Coded) -> tuple[int, frozenset[ItemCode]]:
        """Return how many groups were tried, and the items that prove what all of one said.

        Raises:
            ControlSilentError: the search missed a group planted for it.
            ContradictionError: no set of answers fits the figures.
        """
        table = self.protected.table
        report = find_unanimous_cells(
            table.parents,
            table.categories,
            table.blocks,
            self.protected.pattern.published(table),
            [self._figures(code, coded) for code in self.totals],
            Rules(self.policy.threshold, self.policy.colluders),
        )
        found = zip(self.totals, report.found, strict=True)
        return report.tried, frozenset(code for code, groups in found if groups)

    def _figures(self, code: ItemCode, coded: _Coded) -> PublishedItem:
        """Return an item's figures as everybody can read them: of all units, then of all cells."""
        labels = len(self.tally.items[code].scale.labels)
        parts = [self.totals[code]]
        parts += [
            published_means(
                items[code],
                labels=labels,
                places=block.places.tolist(),
                cells=block.cells,
                mean_steps=block.coding(self.policy).mean_steps(block.respondents).tolist(),
            )
            for block, items in zip(self.cells, coded, strict=True)
        ]
        return PublishedItem(
            labels,
            np.concatenate([part.shown for part in parts]),
            np.concatenate([part.share_low for part in parts]),
            np.concatenate([part.share_high for part in parts]),
            np.concatenate([part.mean_low for part in parts]),
            np.concatenate([part.mean_high for part in parts]),
        )


def _texts(
    tree: UnitTree,
    protected: ProtectedBreakdowns,
    cells: Sequence[_Cells],
    items: _Coded,
) -> tuple[BreakdownCellsText, ...]:
    """Return a text per unit and block where the block may be shown, whatever is hidden in it."""
    table = protected.table
    found: list[BreakdownCellsText] = []
    for released, block, shown, coded in zip(
        protected.blocks, table.blocks[1:], cells, items, strict=True
    ):
        means = mean_texts(coded, len(shown.places), shown.coarse.tolist())
        cells_in_order = zip(shown.respondents.tolist(), means, strict=True)
        written = dict(zip(shown.places.tolist(), cells_in_order, strict=True))
        for unit in np.flatnonzero(table.candidates(block)).tolist():
            own = [written.get(unit * shown.width + each) for each in range(shown.width)]
            parts = ["null" if each is None else f"[{each[0]},{each[1]}]" for each in own]
            text = f"[{','.join(parts)}]"
            found.append(BreakdownCellsText(tree.units[unit].code, released.code, text))
    return tuple(found)
