"""Releases for tests of pages, made by the real line: counts, protection, archive, log."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from sqlalchemy import insert
from sqlalchemy.orm import Session

from analysis.publishing import make_visible, prepare_release, stage
from analysis.release import ReleasedItem, Source
from analysis.spread import pooled_earlier
from analysis.tables import WorkforceRow
from analysis.tally import ItemTally, MonthTally
from analysis.wave_gate import OPEN_GATE, Invitations, WaveGate
from surveys.canonical import canonical_json, sha256_hex
from surveys.instruments import Instrument, Item, ItemCode
from surveys.ledger.log import EntryKind, append
from surveys.ledger.signing import LogSigner
from surveys.library_bank import default_instrument
from surveys.months import Month
from surveys.policy import AnonymityPolicy
from surveys.policy_log import record_policy
from surveys.units import Unit, UnitCode, UnitTree

POLICY = AnonymityPolicy(threshold=5)
FIRST = Month(2025, 5)
ANCHORS = tuple(item for item in default_instrument().items if not item.rotation)
MORALE = next(item for item in ANCHORS if item.construct == "morale")

TREE = UnitTree.of(
    date(2025, 1, 1),
    [
        Unit(UnitCode(code), name, None if parent is None else UnitCode(parent))
        for code, name, parent in [
            ("root", "Eastmoor Services", None),
            ("north", "North", "root"),
            ("north-1", "Assessment North", "north"),
            ("north-2", "Leaving care North", "north"),
            ("north-3", "Duty North", "north"),
            ("south", "South", "root"),
            ("south-1", "Assessment South", "south"),
            ("south-2", "Fostering South", "south"),
        ]
    ],
)

Respondents = Mapping[str, int]
"""People who answer in each unit itself, without the units below it."""

MANY: Respondents = {"north-1": 19, "north-2": 14, "north-3": 12, "south-1": 16, "south-2": 40}


NOBODY_INVITED: Mapping[str, int] = {}
INVITED: Mapping[str, int] = {
    "north-1": 29, "north-2": 16, "north-3": 20, "south-1": 40, "south-2": 60,
}  # fmt: skip
"""People who are invited to a wave in each unit itself: of `MANY`, two in north-2 do not answer."""


def months_from(first: Month, count: int) -> tuple[Month, ...]:
    return tuple(first.shifted(place) for place in range(count))


def scores_around(mean: float, people: int, points: int) -> list[int]:
    """Return how many people chose each option so that the mean is as near as whole people allow."""
    counts = [0] * points
    held = min(max(mean, 1.0), float(points))
    low = min(int(held), points - 1)
    counts[low] = round((held - low) * people)
    counts[low - 1] = people - counts[low]
    if 1 < low < points - 1:  # some people on either side, so that nobody is of one mind
        moved = min(people // 5, counts[low - 1], counts[low])
        for place, other in ((low - 1, low - 2), (low, low + 1)):
            counts[place] -= moved
            counts[other] += moved
    return counts


def tally_of(
    month: Month,
    respondents: Respondents,
    *,
    means: Mapping[str, float],
    items: Sequence[Item] = ANCHORS,
    instrument: Instrument | None = None,
) -> MonthTally:
    """Return a month's counts: in each unit all items have the unit's mean (3.4 without one)."""
    scales = (instrument or default_instrument()).scales
    atoms = tuple(UnitCode(code) for code in sorted(respondents))
    tallies: dict[ItemCode, ItemTally] = {}
    for item in items:
        scale = scales[item.scale]
        columns = len(scale.options) + 1
        counts = np.zeros((len(atoms), columns), dtype=np.int64)
        for row, atom in enumerate(atoms):
            mean = means.get(atom, 3.4)
            wanted = len(scale.labels) + 1 - mean if item.reverse_keyed else mean
            chosen = scores_around(wanted, respondents[atom], len(scale.labels))
            counts[row, : len(chosen)] = chosen
        tallies[item.code] = ItemTally(item, scale, counts)
    people = np.array([respondents[code] for code in sorted(respondents)], dtype=np.int64)
    return MonthTally(month, atoms, people, tallies)


def release(
    session: Session,
    tallies: Sequence[MonthTally],
    signer: LogSigner,
    *,
    policy: AnonymityPolicy = POLICY,
    tree: UnitTree = TREE,
    source: Source = Source.IMPORTED,
    day: date = date(2026, 11, 9),
    invited: Mapping[str, int] = NOBODY_INVITED,
    challenges: Sequence[int] = (),
    gate: WaveGate = OPEN_GATE,
) -> None:
    """Publish the months by the real line, with these entries of the log printed on them."""
    record_policy(session, policy, signer=signer, day=date(2025, 4, 1))
    instrument = default_instrument()
    earlier: list[tuple[ReleasedItem, ...]] = []
    for tally in tallies:
        prepared = prepare_release(
            tally,
            tree,
            policy,
            instrument.constructs,
            source=source,
            earlier_spread=pooled_earlier(earlier),
            invitations=Invitations(
                {UnitCode(code): people for code, people in invited.items()}, gate
            ),
        )
        earlier.append(prepared.items)
        stage(session, prepared, import_sha256="0" * 64 if source is Source.IMPORTED else None)
    months = [tally.month for tally in tallies]
    make_visible(session, months, signer=signer, day=day, challenges=challenges)


def a_year_and_a_half(session: Session, signer: LogSigner) -> tuple[Month, ...]:
    """Publish 18 months: Assessment North falls below its average for the last seven.

    Duty North is hidden in August 2025, when only three people answered there (and with it its
    smallest neighbour); Leaving care North jumps above its limit in the last month.
    """
    months = months_from(FIRST, 18)
    wave = (0.0, 0.1, -0.1, 0.1, 0.0, -0.1)
    tallies = []
    for place, month in enumerate(months):
        shift = wave[place % len(wave)]
        means = dict.fromkeys(MANY, 3.4 + shift)
        means["north-1"] = 3.4 + shift if place < 11 else 2.9 + shift / 2
        means["north-2"] = 4.4 if place == 17 else 3.4 + shift
        respondents = {**MANY, "north-3": 3} if month == Month(2025, 8) else MANY
        tallies.append(tally_of(month, respondents, means=means))
    release(session, tallies, signer)
    return months


def joined_months(
    session: Session,
    signer: LogSigner,
    *,
    imported: int = 8,
    waves: int = 2,
    respondents_of_waves: Respondents = MANY,
) -> tuple[Month, ...]:
    """Publish imported months and then Pulse's own waves, with nothing moving."""
    months = months_from(FIRST, imported + waves)
    past = [tally_of(month, MANY, means={}) for month in months[:imported]]
    own = [tally_of(month, respondents_of_waves, means={}) for month in months[imported:]]
    release(session, past, signer)
    release(session, own, signer, source=Source.WAVE, invited=INVITED)
    return months


def waves_with_a_joiner(
    session: Session, signer: LogSigner, *, count: int = 8
) -> tuple[Month, ...]:
    """Publish waves; before the last somebody joined Leaving care North, and must have answered."""
    months = months_from(FIRST, count)
    tallies = [tally_of(month, MANY, means={"north-2": 3.4}) for month in months]
    north_2 = UnitCode("north-2")
    joined = WaveGate({north_2: 13}, {north_2: 13})
    release(session, tallies[:-1], signer, source=Source.WAVE, invited=INVITED)
    release(session, tallies[-1:], signer, source=Source.WAVE, invited=INVITED, gate=joined)
    return months


def workforce(
    session: Session, months: Sequence[Month], leavers: Mapping[str, int], signer: LogSigner
) -> None:
    """Import 30 people in each unit with answers, and its leavers of every month (1 without one)."""
    rows = [
        {"unit_code": unit, "month": str(month), "headcount": 30, "leavers": leavers.get(unit, 1)}
        for unit in MANY
        for month in months
    ]
    session.execute(insert(WorkforceRow), rows)
    log_workforce(session, rows, signer)


def log_workforce(
    session: Session, rows: Sequence[Mapping[str, object]], signer: LogSigner
) -> None:
    """Write what every import of workforce figures writes into the log: the hash of its file."""
    body = {"file_sha256": sha256_hex(canonical_json(list(rows)))}
    append(session, EntryKind.WORKFORCE, body, signer=signer, day=date(2026, 11, 10))
