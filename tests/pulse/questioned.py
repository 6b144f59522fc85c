"""Months of a city in which people answer several questions, with something in common behind."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from sqlalchemy.orm import Session

from analysis.complete_answers import CompleteRows
from analysis.tally import ItemTally, MonthTally
from surveys.instruments import Item
from surveys.ledger.signing import LogSigner
from surveys.library_bank import default_instrument
from surveys.months import Month
from surveys.units import Unit, UnitCode, UnitTree
from tests.pulse.released import FIRST, release

INSTRUMENT = default_instrument()
ANCHORS = tuple(item for item in INSTRUMENT.items if not item.rotation)
BELONGING = tuple(item for item in INSTRUMENT.items if item.rotation == "D")
BLAME = tuple(item for item in INSTRUMENT.items if item.rotation == "A")


def city_of(teams: int) -> UnitTree:
    root = Unit(UnitCode("root"), "City", None)
    each = [Unit(UnitCode(f"t{n:02}"), f"Team {n}", root.code) for n in range(teams)]
    return UnitTree.of(date(2025, 1, 1), [root, *each])


def answered(
    tree: UnitTree, month: Month, items: Sequence[Item], *, people: int, seed: int
) -> MonthTally:
    """Return what so many people in each team answered, drawn with the seed and counted."""
    random = np.random.default_rng(seed)
    scales = [INSTRUMENT.scales[item.scale] for item in items]
    teams = [unit.code for unit in tree if unit.parent is not None]
    counts = [np.zeros((len(teams), len(scale.options) + 1), dtype=np.int64) for scale in scales]
    complete = CompleteRows(list(zip(items, scales, strict=True)), teams)
    for place, team in enumerate(teams):
        level = random.normal(0, 0.5)
        for lean in random.normal(level, 0.6, people):
            choices = []
            for item, scale, table in zip(items, scales, counts, strict=True):
                most = len(scale.labels)
                score = int(np.clip(round((most + 1) / 2 + lean + random.normal(0, 0.7)), 1, most))
                choices.append(most + 1 - score if item.reverse_keyed else score)
                table[place, choices[-1] - 1] += 1
            complete.add(team, choices)
    return MonthTally(
        month=month,
        atoms=tuple(teams),
        respondents=counts[0].sum(axis=1),
        items={
            item.code: ItemTally(item, scale, table)
            for item, scale, table in zip(items, scales, counts, strict=True)
        },
        complete=complete.total(),
    )


def questioned_city(
    session: Session, signer: LogSigner, *, teams: int = 24, people: int = 20
) -> UnitTree:
    """Publish two months of a city: first with questions on blame, then on belonging."""
    tree = city_of(teams)
    tallies = [
        answered(tree, FIRST, (*ANCHORS, *BLAME), people=people, seed=1),
        answered(tree, FIRST.shifted(1), (*ANCHORS, *BELONGING), people=people, seed=2),
    ]
    release(session, tallies, signer, tree=tree)
    return tree
