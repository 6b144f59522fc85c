"""Small organisations, counts and prepared releases for the tests of this room."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from analysis import release_proof
from analysis.disclosure.certificate import SALT_BYTES
from analysis.publishing import PreparedRelease, prepare_release
from analysis.release import Source
from analysis.spread import EarlierSpread
from analysis.tally import ItemTally, MonthTally
from analysis.wave_gate import NOBODY_INVITED, Invitations
from surveys.canonical import canonical_json
from surveys.instruments import Construct, ConstructCode, Item, ItemCode
from surveys.months import Month
from surveys.policy import AnonymityPolicy, Breakdown
from surveys.scales import Band, Scale
from surveys.units import Unit, UnitCode, UnitTree

MARCH = Month(2026, 3)
FIVE = AnonymityPolicy(threshold=5)
MORALE = ConstructCode("morale")
CONSTRUCTS = {MORALE: Construct(MORALE, "Morale", "What made it harder?", "What helped?")}
NO_EARLIER: EarlierSpread = {}


def make_scale(
    *, widths: tuple[int, int, int] = (2, 1, 2), unscored: tuple[str, ...] = ()
) -> Scale:
    """A scale whose bands have these widths."""
    ends = np.cumsum(widths).tolist()
    low, middle, high = (
        Band(name, end - width + 1, end)
        for name, width, end in zip(("low", "middle", "high"), widths, ends, strict=True)
    )
    labels = tuple(f"answer {score}" for score in range(1, sum(widths) + 1))
    return Scale("agree", labels, (low, middle, high), unscored)


AGREE = make_scale()


def make_item(
    code: str = "morale_1", *, reverse_keyed: bool = False, construct: ConstructCode = MORALE
) -> Item:
    return Item(
        code=ItemCode(code),
        version=1,
        construct=construct,
        wording={"en": "How was last month?"},
        scale="agree",
        reverse_keyed=reverse_keyed,
        source="ours",
        licence="CC BY 4.0",
    )


def make_tree(parents: Mapping[str, str | None]) -> UnitTree:
    return UnitTree.of(
        date(2026, 1, 1),
        [
            Unit(UnitCode(code), code.title(), None if above is None else UnitCode(above))
            for code, above in parents.items()
        ],
    )


def make_tally(
    answers: Mapping[str, Mapping[str, Sequence[int]]],
    *,
    scale: Scale = AGREE,
    items: Mapping[str, Item] | None = None,
    month: Month = MARCH,
) -> MonthTally:
    """Counts from item -> unit -> how often each option was chosen, the last being skips."""
    atoms = tuple(dict.fromkeys(unit for units in answers.values() for unit in units))
    tables = {
        code: np.array([units[atom] for atom in atoms], dtype=np.int64).reshape(
            len(atoms), len(scale.options) + 1
        )
        for code, units in answers.items()
    }
    people = next(iter(tables.values())).sum(axis=1)
    return MonthTally(
        month=month,
        atoms=tuple(UnitCode(atom) for atom in atoms),
        respondents=people,
        items={
            ItemCode(code): ItemTally((items or {}).get(code, make_item(code)), scale, table)
            for code, table in tables.items()
        },
    )


def divided_tally(
    people: Mapping[tuple[str, tuple[int, ...]], Sequence[int]],
    breakdowns: Sequence[Breakdown],
    *,
    code: str = "morale_1",
    month: Month = MARCH,
) -> MonthTally:
    """Counts of one item from unit and categories -> how often each option was chosen."""
    counts = np.array(list(people.values()), dtype=np.int64).reshape(len(people), -1)
    return MonthTally(
        month=month,
        atoms=tuple(UnitCode(unit) for unit, _categories in people),
        respondents=counts.sum(axis=1),
        items={ItemCode(code): ItemTally(make_item(code), AGREE, counts)},
        breakdowns=tuple(breakdowns),
        categories=tuple(categories for _unit, categories in people),
    )


def spread_out(people: int) -> list[int]:
    """Counts of so many people over five answers and no skip, as even as can be."""
    return [*[people // 5 + (place < people % 5) for place in range(5)], 0]


@contextmanager
def fixed_salt() -> Iterator[None]:
    """Give every sealed certificate the same salt, so that equal counts give equal bytes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(release_proof, "new_salt", lambda: bytes(SALT_BYTES))
        yield


def without_seal(release: PreparedRelease) -> PreparedRelease:
    """Return a release without the hash of its sealed certificate, which all counts go into."""
    document = json.loads(release.certificate)
    assert len(bytes.fromhex(document["sealed_certificate"].pop("sha256"))) == 32
    return replace(release, certificate=canonical_json(document))


def make_release(
    parents: Mapping[str, str | None],
    tally: MonthTally,
    policy: AnonymityPolicy = FIVE,
    earlier: EarlierSpread = NO_EARLIER,
    invitations: Invitations = NOBODY_INVITED,
) -> PreparedRelease:
    with fixed_salt():
        return prepare_release(
            tally,
            make_tree(parents),
            policy,
            CONSTRUCTS,
            source=Source.IMPORTED,
            earlier_spread=earlier,
            invitations=invitations,
        )


SERVICE = {"all": None, "north": "all", "south": "all", "west": "all"}


def service_release(month: Month = MARCH, extra: int = 0) -> PreparedRelease:
    """A service of three teams, two of them large enough, with one question."""
    people = {"all": 0, "north": 8 + extra, "south": 12, "west": 3}
    answers = {"morale_1": {unit: spread_out(count) for unit, count in people.items()}}
    return make_release(SERVICE, make_tally(answers, month=month))
