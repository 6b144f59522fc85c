"""Published figures of other people beside our own, in words: context, never a measure.

Only what Pulse publishes of the same question stands here, and only where enough people answered
that chance alone does not set the two apart (docs/decisions/0152-benchmarks-as-context.md). No
difference is worked out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from analysis.trends.measures import Measure
from pulse.dashboards.heatmap import HeatmapPage
from pulse.dashboards.item_answers import ItemAnswers, PublishedFigure, ShownItem
from pulse.dashboards.unit import UnitPage
from surveys.instruments import Benchmark, Instrument, Statistic
from surveys.packs import known_instruments

FEWEST_ANSWERS = 100
"""With fewer, chance alone moves a share by more than ten points to either side (95 %)."""


def packs_with_benchmarks(registry: Session) -> tuple[Instrument, ...]:
    """Return the newest versions of the packs that bring published figures, by code."""
    return tuple(pack for pack in known_instruments(registry) if pack.benchmarks is not None)


def with_context(page: UnitPage, packs: Sequence[Instrument]) -> UnitPage:
    """Return the page of a unit with the published figures that may stand beside its answers."""
    answers = page.answers
    if answers is None or answers.respondents < FEWEST_ANSWERS:
        return page
    found = published_figures(page.measure, answers, packs)
    return replace(page, answers=replace(answers, context=found))


def with_note(page: HeatmapPage, packs: Sequence[Instrument]) -> HeatmapPage:
    """Return the heatmap with a word on where published figures stand, if there are any."""
    if not packs:
        return page
    surveys = " and ".join(
        f"{pack.benchmarks.survey} {pack.benchmarks.year}"
        for pack in packs
        if pack.benchmarks is not None
    )
    return replace(
        page,
        context_note=(
            f"Figures of other people, for context ({surveys}), stand on the pages of units with "
            f"{FEWEST_ANSWERS} answers or more, under the table of shares. They are not a goal."
        ),
    )


def published_figures(
    measure: Measure, answers: ItemAnswers, packs: Sequence[Instrument]
) -> tuple[PublishedFigure, ...]:
    """Return the published figures on the questions whose same figure is shown, in their order.

    Args:
        measure: what the page is about; a mean of several questions is compared with nothing.
        answers: how people answered its questions here.
        packs: those that bring published figures.
    """
    return tuple(
        PublishedFigure(_words(item, figure, pack, measure), f"{pack.source}. {pack.licence}.")
        for item in answers.items
        if isinstance(item, ShownItem)
        for pack in packs
        for figure in _figures_of(pack, item)
        if _is_shown(figure, item, measure)
    )


def _figures_of(pack: Instrument, item: ShownItem) -> Iterator[Benchmark]:
    if pack.benchmarks is not None:
        yield from (each for each in pack.benchmarks.figures if each.item == item.code)


def _is_shown(figure: Benchmark, item: ShownItem, measure: Measure) -> bool:
    """Return whether the page shows the same statistic of the question."""
    if figure.statistic is Statistic.MEAN:
        return len(measure.items) == 1 and figure.value <= measure.scale_points
    return figure.band.casefold() in {band.label.casefold() for band in item.bands}


def _words(item: ShownItem, figure: Benchmark, pack: Instrument, measure: Measure) -> str:
    found = pack.benchmarks
    if found is None:
        raise ValueError("the pack brings no published figure")
    is_same = _plain(figure.asked) == _plain(item.wording)
    question = "the same question" if is_same else "another question of the same kind"
    return (
        f"{found.survey} {found.year}, {found.sector}, {found.summary}: "
        f"{_value_words(figure, measure)}. They were asked: “{figure.asked.rstrip('.')}”. "
        f"Other people, {question}; not a goal."
    )


def _value_words(figure: Benchmark, measure: Measure) -> str:
    if figure.statistic is Statistic.MEAN:
        return f"mean {figure.value:.1f} of {measure.scale_points}"
    return f"{figure.value:.0f}% “{figure.band}”"


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".?")
