"""The page of the questionnaire itself: how well its questions work together, and what that means.

Correlations and what rests on them come from the release; agreement and the share of differences
that lies between units are worked out from figures that every release shows anyway.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from analysis.archive import month_cells
from analysis.release import (
    Published,
    QuestionnaireFigures,
    ReleasedItem,
    ReleaseHead,
    ScaleFigures,
    ShownCell,
    UnitMonth,
)
from analysis.reliability import agreement
from analysis.trends.shrinkage import intraclass_correlations
from pulse.dashboards.item_answers import wording_of
from pulse.dashboards.memory import ReleaseMemory
from pulse.dashboards.moves_with import labels_of
from pulse.dashboards.questionnaire_words import MEANINGS, Meaning
from pulse.dashboards.words import share_words
from surveys.instruments import ItemCode
from surveys.months import Month
from surveys.units import UnitCode

FEWEST_UNITS = 10
"""Between fewer units there is no telling how much of the differences lies between units."""

_MOST_RELEASES = 12
_HIDDEN = "hidden"
_NOT_TOLD = "not told"

Cells = Mapping[UnitCode, UnitMonth]

_memory: "ReleaseMemory[QuestionnairePage]" = ReleaseMemory(size=2)


@dataclass(frozen=True, slots=True)
class ScaleRow:
    """The questions of one theme taken together, in the newest month that asked several."""

    name: str
    month: Month
    questions: int
    alpha: str
    omega: str
    agreement: str
    icc1: str
    icc2: str


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question of the newest month; `rest` is with the others of its theme."""

    number: int
    label: str
    wording: str
    rest: str
    without_score: str
    first_answer: str
    last_answer: str
    agreement: str
    icc1: str
    icc2: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One question's correlations with all of them, in their order."""

    number: int
    label: str
    everybody: tuple[str, ...]
    within: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionnairePage:
    """`month` is None, and everything but the meanings empty, where no release has figures."""

    caption: str
    lead: str
    month: Month | None
    answers_from: int
    scales: tuple[ScaleRow, ...]
    questions: tuple[QuestionRow, ...]
    matrix: tuple[MatrixRow, ...]
    meanings: tuple[Meaning, ...]


def questionnaire_page(
    session: Session, heads: Sequence[ReleaseHead], *, needed: int
) -> QuestionnairePage:
    """Return the page over the newest month with figures, and the newest of each theme.

    Args:
        session: of the archive.
        heads: visible releases, oldest first.
        needed: complete answers that the policy in force asks for.
    """
    return _memory.recall(heads, needed, lambda: _page(session, heads, needed))


def _page(session: Session, heads: Sequence[ReleaseHead], needed: int) -> QuestionnairePage:
    told = [head for head in heads[-_MOST_RELEASES:] if head.questionnaire is not None]
    if not told or told[-1].questionnaire is None:
        return QuestionnairePage(
            "Whole organisation", _empty_words(needed), None, needed, (), (), (), MEANINGS
        )
    newest, figures = told[-1], told[-1].questionnaire
    cells = month_cells(session, newest.month)
    scales = tuple(
        _scale_row(head, scale, month_cells(session, head.month))
        for head, scale in _newest_scales(told)
    )
    return QuestionnairePage(
        caption=(
            f"Whole organisation · {newest.month.words} · {figures.answers_from:,} complete "
            "answers or more"
        ),
        lead=_lead(scales),
        month=newest.month,
        answers_from=figures.answers_from,
        scales=scales,
        questions=_question_rows(newest, figures, cells),
        matrix=_matrix_rows(newest, figures),
        meanings=MEANINGS,
    )


def _empty_words(needed: int) -> str:
    return (
        f"These figures need a month with {needed} complete answers or more: answers in which no "
        "question was left out. None of the last 12 released months has so many, or they were "
        "released before Pulse worked this out. Nothing is wrong with the questions."
    )


def _lead(scales: Sequence[ScaleRow]) -> str:
    if not scales:
        return (
            "Each theme was asked with one question, so there is nothing yet that could hang "
            "together. The tables say how each question behaves."
        )
    first = scales[0]
    return (
        f"{first.name}: of the differences between people\N{RIGHT SINGLE QUOTATION MARK}s sums of "
        f"{first.questions} answers, about {_hundredths(first.alpha)} in 100 are shared by all of "
        "these questions (alpha). The rest is each question\N{RIGHT SINGLE QUOTATION MARK}s own, "
        "and chance."
    )


def _hundredths(alpha: str) -> int:
    return max(0, round(100 * float(alpha.replace("\N{MINUS SIGN}", "-"))))


def _newest_scales(told: Sequence[ReleaseHead]) -> list[tuple[ReleaseHead, ScaleFigures]]:
    """Return each theme's figures with the newest release that has them."""
    found: dict[str, tuple[ReleaseHead, ScaleFigures]] = {}
    for head in reversed(told):
        for scale in head.questionnaire.scales if head.questionnaire else ():
            found.setdefault(scale.construct, (head, scale))
    return list(found.values())


def _scale_row(head: ReleaseHead, scale: ScaleFigures, cells: Cells) -> ScaleRow:
    items = _items(head, scale.items)
    spreads = np.array([item.within_sd for item in items])
    icc1, icc2 = _between(head, cells, scale.items, _variance_of_mean(head, scale, spreads))
    return ScaleRow(
        name=items[0].construct_name,
        month=head.month,
        questions=len(items),
        alpha=_two(scale.alpha),
        omega=_NOT_TOLD if scale.omega is None else _two(scale.omega),
        agreement=_two(agreement(spreads**2, labels=len(items[0].labels))),
        icc1=icc1,
        icc2=icc2,
    )


def _variance_of_mean(head: ReleaseHead, scale: ScaleFigures, spreads: np.ndarray) -> float | None:
    """Return the variance of the mean of the items around the means of units, if released."""
    figures = head.questionnaire
    if figures is None or figures.correlations_within is None:
        return None
    places = [figures.items.index(code) for code in scale.items]
    correlations = np.array(figures.correlations_within)[np.ix_(places, places)]
    return float((correlations * np.outer(spreads, spreads)).mean())


def _question_rows(
    head: ReleaseHead, figures: QuestionnaireFigures, cells: Cells
) -> tuple[QuestionRow, ...]:
    items = _items(head, figures.items)
    rest = {
        code: _two(value)
        for scale in figures.scales
        for code, value in zip(scale.items, scale.item_rest, strict=True)
    }
    rows = []
    for number, (item, label, without) in enumerate(
        zip(items, labels_of(items), figures.without_score, strict=True), start=1
    ):
        first, last = _ends(cells[head.tree.root.code], item)
        icc1, icc2 = _between(head, cells, (item.code,), item.within_sd**2)
        rows.append(
            QuestionRow(
                number=number,
                label=label,
                wording=wording_of(item),
                rest=rest.get(item.code, "the only one"),
                without_score=share_words(without),
                first_answer=first,
                last_answer=last,
                agreement=_two(agreement(np.array([item.within_sd**2]), labels=len(item.labels))),
                icc1=icc1,
                icc2=icc2,
            )
        )
    return tuple(rows)


def _ends(root: UnitMonth, item: ReleasedItem) -> tuple[str, str]:
    """Return the shares of the scale's first and last answer in the whole organisation."""
    figure = root.cell.figures[item.code] if isinstance(root.cell, ShownCell) else None
    if not isinstance(figure, Published) or figure.options is None:
        return _HIDDEN, _HIDDEN
    return share_words(figure.options[0]), share_words(figure.options[len(item.labels) - 1])


def _between(
    head: ReleaseHead, cells: Cells, codes: Sequence[ItemCode], within: float | None
) -> tuple[str, str]:
    """Return ICC(1) and ICC(2) from shown means of units that have none below them."""
    means, counts = [], []
    for unit in head.tree:
        cell = cells[unit.code].cell
        if head.tree.children(unit.code) or not isinstance(cell, ShownCell) or cell.is_coarse:
            continue
        figures = [cell.figures[code] for code in codes]
        shown = [figure.mean.value for figure in figures if isinstance(figure, Published)]
        if len(shown) == len(codes):
            means.append(sum(shown) / len(shown))
            counts.append(cell.respondents)
    if within is None or len(means) < FEWEST_UNITS:
        return _NOT_TOLD, _NOT_TOLD
    found = intraclass_correlations(np.array(means), np.array(counts, dtype=np.int64), within)
    return _two(found.icc1), _NOT_TOLD if np.isnan(found.icc2) else _two(found.icc2)


def _matrix_rows(head: ReleaseHead, figures: QuestionnaireFigures) -> tuple[MatrixRow, ...]:
    labels = labels_of(_items(head, figures.items))
    within = figures.correlations_within or ((),) * len(labels)
    return tuple(
        MatrixRow(number, label, tuple(map(_two, everybody)), tuple(map(_two, own)))
        for number, (label, everybody, own) in enumerate(
            zip(labels, figures.correlations, within, strict=True), start=1
        )
    )


def _items(head: ReleaseHead, codes: Sequence[ItemCode]) -> tuple[ReleasedItem, ...]:
    by_code = {item.code: item for item in head.items}
    return tuple(by_code[code] for code in codes)


def _two(value: float) -> str:
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")
