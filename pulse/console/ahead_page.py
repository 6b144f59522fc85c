"""What planning several months ahead would add, before anything is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulse.dates import short_day_words
from surveys.instruments import ItemCode
from surveys.scheduling import Schedule
from surveys.wave_questions import QuestionOnOffer
from surveys.waves import WavePlan


@dataclass(frozen=True, slots=True)
class PlannedRow:
    month: str
    opens: str
    closes: str
    rotating: str


@dataclass(frozen=True, slots=True)
class AheadPage:
    """`left_out` are months with the reason why nothing is planned in them."""

    months: int
    skipped: str
    problem: str
    rows: tuple[PlannedRow, ...]
    left_out: tuple[str, ...]


def ahead_page(
    schedule: Schedule,
    offered: Sequence[QuestionOnOffer],
    *,
    months: int,
    skipped: str,
    problem: str,
) -> AheadPage:
    rotation = {each.item.code: each for each in offered if each.item.rotation}
    return AheadPage(
        months=months,
        skipped=skipped,
        problem=problem,
        rows=tuple(_row(plan, rotation) for plan in schedule.plans),
        left_out=tuple(f"{month.words}: {why}" for month, why in schedule.left_out),
    )


def _row(plan: WavePlan, rotation: Mapping[ItemCode, QuestionOnOffer]) -> PlannedRow:
    names = dict.fromkeys(rotation[code].construct.name for code in plan.items if code in rotation)
    return PlannedRow(
        month=plan.month.words,
        opens=short_day_words(plan.opens_on),
        closes=short_day_words(plan.closes_on),
        rotating=", ".join(names) or "anchors only",
    )
