"""The page of what moves with morale: every question alone, then all of them together."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from analysis.drivers import Joint, Refused, Single
from analysis.release import ReleasedItem, ReleaseHead
from pulse.charts.forest_svg import interval_words
from pulse.charts.spec import Estimate, ForestSpec
from pulse.dashboards.driver_figures import DriverFigures, Period, driver_figures
from pulse.dashboards.item_answers import wording_of
from pulse.dashboards.measure_charts import span_words
from surveys.months import Month

_ASK = (
    "Which of these would you change first here, and what matters to you that nobody asked about?"
)
_NOT_TOLD = "not told"
_NOT_WHY = (
    "\N{LEFT DOUBLE QUOTATION MARK}Moves with\N{RIGHT DOUBLE QUOTATION MARK} does not say why: "
    "pay, place and caseload may stand behind both."
)
_SAME_PEOPLE = (
    "In one unit, months do not add up to more people: much the same people answer again, so "
    "several months count as the one with the fewest answers."
)
_PERCENT = 100


@dataclass(frozen=True, slots=True)
class AloneRow:
    """One question beside morale, as the table tells it."""

    label: str
    wording: str
    between: str
    within: str
    words: str


@dataclass(frozen=True, slots=True)
class TogetherRow:
    """One question among those taken together: coefficient and share, between and within."""

    label: str
    beta_between: str
    share_between: str
    beta_within: str
    share_within: str


@dataclass(frozen=True, slots=True)
class Together:
    """`between` and `within` say how much all questions go along with, or why it is not told."""

    between: str
    within: str
    rows: tuple[TogetherRow, ...]


@dataclass(frozen=True, slots=True)
class MovesWithPage:
    """`alone` is empty, and `forest` None, where nothing can be told: then `lead` says why."""

    caption: str
    lead: str
    chance: str
    period: Period
    forest: ForestSpec | None
    alone: tuple[AloneRow, ...]
    together: Together | None
    ask: str
    cannot_tell: tuple[str, ...]


def moves_with_page(
    session: Session, heads: Sequence[ReleaseHead], period: Period
) -> MovesWithPage:
    """Return the page over all of the organisation, for the newest month or the last twelve."""
    figures = driver_figures(session, heads, period)
    if figures is None:
        return MovesWithPage(
            caption="Whole organisation",
            lead="No released month asks about morale, so nothing can be set beside it.",
            chance="",
            period=period,
            forest=None,
            alone=(),
            together=None,
            ask=_ASK,
            cannot_tell=(),
        )
    labels = labels_of(figures.questions)
    return MovesWithPage(
        caption=f"Whole organisation · {_months_words(figures.months)}",
        lead=_lead(figures, labels),
        chance=_chance(figures),
        period=period,
        forest=_forest(figures, labels),
        alone=tuple(_alone_rows(figures, labels)) if _is_any_told(figures) else (),
        together=_together(figures),
        ask=_ASK,
        cannot_tell=_cannot_tell(figures),
    )


def labels_of(questions: Sequence[ReleasedItem]) -> tuple[str, ...]:
    """Return a short name for each: its construct's, numbered where the construct has several."""
    several = Counter(item.construct for item in questions)
    seen: Counter[str] = Counter()
    labels = []
    for item in questions:
        seen[item.construct] += 1
        number = f" {seen[item.construct]}" if several[item.construct] > 1 else ""
        labels.append(f"{item.construct_name}{number}")
    return tuple(labels)


def number_words(single: Single | Refused) -> str:
    """Return estimate and interval as people write them, or that it is not told."""
    if isinstance(single, Refused):
        return _NOT_TOLD
    return interval_words(_estimate("", "", single), decimals=2)


def single_words(single: Single | Refused) -> str:
    """Say what one correlation tells, as the end of a sentence."""
    if isinstance(single, Refused):
        return single.reason[:1].lower() + single.reason[1:].rstrip(".")
    if not single.is_distinguishable:
        return "not distinguishable from no association"
    return "moves with morale" if single.estimate > 0 else "moves with lower morale"


def _months_words(months: Sequence[Month]) -> str:
    return months[0].words if len(months) == 1 else span_words([months[0], months[-1]])


def _lead(figures: DriverFigures, labels: Sequence[str]) -> str:
    told = [each for each in figures.between if isinstance(each, Single)]
    if not told and not _is_any_told(figures):
        between, within = (
            " ".join(dict.fromkeys(each.reason for each in part if isinstance(each, Refused)))
            for part in (figures.between, figures.within)
        )
        return f"We cannot say yet. Between units: {between} In one unit: {within}"
    if not told:
        return "Between units we cannot say yet. The table says what is missing."
    names = [
        label.lower() if label[:1].isupper() else label
        for label, each in zip(labels, figures.between, strict=True)
        if isinstance(each, Single) and each.is_distinguishable
    ]
    if not names:
        return (
            "Between units, we cannot tell: no question clearly moves with morale. "
            "That is a finding too."
        )
    if len(names) == len(told) and len(names) > 1:
        return (
            f"Between units, morale moves with each of the {len(names)} questions asked beside it. "
            "Questions also move with each other: see below what remains of each."
        )
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"Between units, morale moves with: {listed}."


def _is_any_told(figures: DriverFigures) -> bool:
    return any(isinstance(each, Single) for each in (*figures.between, *figures.within))


def _chance(figures: DriverFigures) -> str:
    looked_at = sum(isinstance(each, Single) for each in figures.between)
    if looked_at < 2:  # noqa: PLR2004 - one question is looked at once
        return ""
    return (
        f"{looked_at} questions are looked at here. Their results are adjusted for that: if none "
        "of them moved with morale, about 1 page in 20 would still name one, by chance. So an "
        "interval can leave out 0 and the words still say that nothing can be told."
    )


def _estimate(label: str, note: str, single: Single, words: str = "") -> Estimate:
    return Estimate(label, note, single.estimate, single.low, single.high, words)


def _forest(figures: DriverFigures, labels: Sequence[str]) -> ForestSpec | None:
    estimates = tuple(
        _estimate(label, f"{each.n} units", each, single_words(each))
        for label, each in zip(labels, figures.between, strict=True)
        if isinstance(each, Single)
    )
    if not estimates:
        return None
    listed = "; ".join(f"{each.label} {interval_words(each, decimals=2)}" for each in estimates)
    return ForestSpec(
        number=1,
        title="Morale and the other questions, between units",
        description=(
            f"Rank correlations of units\N{RIGHT SINGLE QUOTATION MARK} morale with each question, "
            f"with 95% intervals: {listed}. Table 1 holds the same numbers."
        ),
        caption=(
            f"Rank correlations between units, {_months_words(figures.months)}, in the order of "
            "the questionnaire. From \N{MINUS SIGN}1 over 0 (no association) to 1; lines are 95% "
            "intervals."
        ),
        axis_low=-1,
        axis_high=1,
        ticks=(-1, -0.5, 0, 0.5, 1),
        null_value=0,
        low_words="lower morale",
        high_words="higher morale",
        estimates=estimates,
    )


def _alone_rows(figures: DriverFigures, labels: Sequence[str]) -> list[AloneRow]:
    return [
        AloneRow(
            label=label,
            wording=wording_of(item),
            between=number_words(between),
            within=number_words(within),
            words=(f"Between units: {single_words(between)}. In one unit: {single_words(within)}."),
        )
        for label, item, between, within in zip(
            labels, figures.questions, figures.between, figures.within, strict=True
        )
    ]


def _together(figures: DriverFigures) -> Together | None:
    if not figures.joint_questions:
        return None
    labels = labels_of(figures.joint_questions)
    rows = [
        TogetherRow(
            label,
            *joint_words(figures.joint_between, place),
            *joint_words(figures.joint_within, place),
        )
        for place, label in enumerate(labels)
    ]
    return Together(
        between=_share_sentence(figures.joint_between, "between units", "units"),
        within=_share_sentence(
            figures.joint_within, "between people in one unit", "people or more"
        ),
        rows=tuple(rows),
    )


def joint_words(joint: Joint | Refused, place: int) -> tuple[str, str]:
    """Return one question's coefficient and its share in percent, both with their intervals."""
    if isinstance(joint, Refused):
        return _NOT_TOLD, _NOT_TOLD
    term = joint.terms[place]
    beta = Estimate("", "", term.beta, *term.beta_interval, "")
    low, high = (_PERCENT * each for each in term.weight_interval)
    share = Estimate("", "", _PERCENT * term.weight, low, high, "")
    return interval_words(beta, decimals=2), interval_words(share, decimals=0)


def _share_sentence(joint: Joint | Refused, where: str, basis: str) -> str:
    start = where[:1].upper() + where[1:]
    if isinstance(joint, Refused):
        return f"{start}, we cannot say yet. {joint.reason}"
    low, high = (round(_PERCENT * each) for each in joint.r_squared_interval)
    return (
        f"{start}, these questions together go along with {round(_PERCENT * joint.r_squared)}% of "
        f"the differences in morale (interval {low} to {high}; {joint.n} {basis})."
    )


def _cannot_tell(figures: DriverFigures) -> tuple[str, ...]:
    limits = [
        _NOT_WHY,
        "All questions are in one questionnaire. People in a good mood tick higher everywhere.",
        "Nothing here is about a person or about one unit.",
        "Only units whose figures are shown take part, months in half points do not.",
    ]
    if len(figures.months) > 1:
        limits.append(_SAME_PEOPLE)
    if figures.units_left_out:
        noun = "unit takes" if figures.units_left_out == 1 else "units take"
        limits.append(f"{figures.units_left_out:,} {noun} no part: hidden, or shown coarsely.")
    return tuple(limits)
