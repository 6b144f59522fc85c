"""Every sentence about series: what it says, and what none of them may ever say."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product

import pytest

from analysis.release import Bound, Reason
from analysis.trends.behaviour import (
    Caution,
    Direction,
    JudgedPoint,
    ProcessBehaviour,
    Rule,
    Signal,
    latest_signal,
)
from analysis.trends.findings import JudgedSeries
from analysis.trends.measures import HiddenPoint, Measure, Point, SeriesPoint
from analysis.trends.words import (
    CAUTION_WORDS,
    COARSE_REASON,
    HIDDEN_WORDS,
    NOTHING_MOVED,
    Reading,
    cell_words,
    chance_words,
    evidence_words,
    few_answers_words,
    figure_words,
    interval_words,
    lead_words,
    limits_words,
    reading_words,
    title_words,
    unit_reading,
)
from surveys.months import Month
from tests.analysis.trends.behaviours import process_behaviour

Judged = Callable[..., JudgedSeries]
Series = Callable[..., tuple[Point, ...]]

NBSP = "\N{NO-BREAK SPACE}"
SEVEN_LOWER = (3.0, 3.1, 3.0, 3.2, 3.1, 3.0, 3.2)

FORBIDDEN = re.compile(
    r"\b(best|worst|top|bottom|rank\w*|league|target\w*|score\w*|caus\w*|because of|due to|"
    r"driv\w+|leads? to|effect\w*|impact|poor\w*|bad\w*|great|excellent|fail\w*|blame\w*|red|green|"
    r"amber|please|unfortunately|alarm\w*|significan\w*|respon\w*|suppress\w*|predict\w*|risk)\b|!",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


def signal_of(one: JudgedSeries) -> Signal:
    signal = latest_signal(one.behaviour)
    assert signal is not None
    return signal


def title(one: JudgedSeries) -> str:
    return plain(title_words(one.measure, "Assessment North", signal_of(one)))


def evidence(one: JudgedSeries) -> str:
    return plain(evidence_words(one.measure, one.behaviour, signal_of(one)))


def reading(one: JudgedSeries) -> Reading:
    return unit_reading(one.measure, "Assessment North", one.behaviour)


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (
            (3.5, *SEVEN_LOWER),
            "Morale in Assessment North has been below its own average for seven months",
        ),
        ((3.4, 4.4), "Morale in Assessment North was above its own upper limit in February 2026"),
        (
            (3.6, 3.1, 3.2, 3.3, 3.4, 3.5, 3.6, 3.7),
            "Morale in Assessment North has gone up six months in a row",
        ),
        (
            (3.4, 3.0, 3.4, 3.0),
            "Morale in Assessment North was close to its own lower limit "  # noqa: ISC004 - one text
            "in at least two of the last three months",
        ),
    ],
)
def test_a_title_says_what_where_which_way_and_for_how_long(
    later: tuple[float, ...], expected: str, judged: Judged
) -> None:
    assert title(judged("north", later)) == expected


def test_a_measure_that_is_asked_in_turn_is_counted_in_times_not_months(judged: Judged) -> None:
    one = judged("north", (3.5, *SEVEN_LOWER), every=4)
    assert title(one).endswith("below its own average the last seven times it was asked")
    assert cell_words(one.behaviour) == "lower, 7 times asked"


def test_evidence_gives_span_figure_answers_interval_and_own_average(judged: Judged) -> None:
    assert evidence(judged("north", (3.5, *SEVEN_LOWER))) == (
        "February to August 2026. August: 3.2 of 5, 20 answers, 95% interval 2.8 to 3.6. "
        "Own average 3.4."
    )


def test_evidence_over_two_years_names_both(judged: Judged) -> None:
    later = (3.4, 3.4, 3.4, 3.4, 3.4, 3.4, 3.4, 3.5, *SEVEN_LOWER)
    assert evidence(judged("north", later)).startswith("September 2026 to March 2027. March: ")


def test_a_month_outside_at_the_end_of_a_run_tells_of_the_run(judged: Judged) -> None:
    one = judged("north", (3.5, *SEVEN_LOWER, 2.2))
    assert evidence(one) == (
        "February to September 2026. September: 2.2 of 5, 20 answers, 95% interval 1.8 to 2.6. "
        "Own average 3.4. September is also below its limit."
    )


def test_few_answers_and_provisional_limits_are_said(
    series: Series, measure: Callable[..., Measure]
) -> None:
    behaviour = process_behaviour(series([3.4, 3.5] * 4 + [5.0], respondents=5))
    signal = latest_signal(behaviour)
    assert signal is not None
    text = evidence_words(measure(), behaviour, signal)
    assert text.endswith(
        "Few answers: read with care. Limits are provisional until 12 months are shown."
    )


@pytest.mark.parametrize(
    ("bound", "expected"),
    [(Bound.EXACT, "4.8"), (Bound.AT_LEAST, "4.8 or more"), (Bound.AT_MOST, "4.8 or less")],
)
def test_a_coded_figure_says_how_to_read_it(
    bound: Bound, expected: str, point: Callable[..., SeriesPoint]
) -> None:
    assert figure_words(point(4.8, bound=bound)) == expected


def test_an_unknown_interval_is_said_to_be_unknown() -> None:
    mixed = SeriesPoint(Month(2026, 1), 3.0, 20, None, Bound.EXACT, is_small=False)
    assert interval_words(mixed) == "not known"


@pytest.mark.parametrize(("threshold", "expected"), [(10, "10 to 14"), (5, "5 to 6")])
def test_the_legend_of_hollow_points_names_the_numbers(threshold: int, expected: str) -> None:
    assert plain(few_answers_words(threshold)) == f"{expected} answers: read with care"


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ((3.4,), "no clear change"),
        ((3.5, *SEVEN_LOWER), "lower, 7 months"),
        ((3.4, 2.4), "below its limit"),
        ((3.4, 4.4), "above its limit"),
        ((3.4, None), "hidden: too few answers here or beside it"),
    ],
)
def test_a_heatmap_cell_says_what_its_latest_month_is(
    later: tuple[float | None, ...], expected: str, judged: Judged
) -> None:
    assert cell_words(judged("north", later).behaviour) == expected


def test_a_heatmap_cell_of_a_young_series_says_that_it_is_too_early(series: Series) -> None:
    assert cell_words(process_behaviour(series([3.4, 3.5]))) == "too early to tell"


def test_each_month_of_the_table_says_what_it_is_part_of(judged: Judged) -> None:
    points = judged("north", (3.5, *(3.3, 3.2) * 3, 3.3)).behaviour.points
    assert [reading_words(point) for point in points[-8:]] == ["ordinary", *["lower, in a run"] * 7]


def test_the_unit_page_puts_the_run_into_a_heading_and_sentences(judged: Judged) -> None:
    told = reading(judged("north", (3.5, *SEVEN_LOWER)))
    assert told.heading == "Seven months below its own average"
    assert plain(told.text) == (
        "Morale in Assessment North was 3.2 of 5 in August 2026 (20 answers, interval 2.8 to 3.6). "
        "It has been below its own average of 3.4 every month since February 2026. Once would be "
        "ordinary; seven in a row is not."
    )


@pytest.mark.parametrize(
    ("later", "heading"),
    [((3.4,), "No clear change"), ((None,), "Hidden in the latest month")],
)
def test_the_unit_page_says_as_much_when_nothing_moved_or_is_hidden(
    later: tuple[float | None, ...], heading: str, judged: Judged
) -> None:
    assert reading(judged("north", later)).heading == heading


def test_evidence_for_a_hidden_latest_month_is_refused(judged: Judged) -> None:
    signal = signal_of(judged("north", (3.4, 4.4)))
    hidden = judged("north", (3.4, None))
    with pytest.raises(ValueError, match="shown latest month"):
        evidence_words(hidden.measure, hidden.behaviour, signal)


@pytest.mark.parametrize(
    ("moved", "figures", "expected", "text"),
    [
        (4, 52, 1.2, "Four of 52 figures moved beyond ordinary variation. By chance alone about one would."),
        (1, 1, 0.1, "One of 1 figure moved beyond ordinary variation. By chance alone fewer than one would."),
        (0, 9, 0.5, f"{NOTHING_MOVED} 9 figures were compared with their own past. By chance alone about one would have moved."),
        (0, 0, 0.0, "No figure has limits yet. Too few months are shown to tell ordinary variation from more."),
    ],
)  # fmt: skip
def test_the_lead_sets_what_moved_beside_what_chance_would_move(
    moved: int, figures: int, expected: float, text: str
) -> None:
    assert lead_words(moved, figures, expected) == text


def test_large_expected_numbers_are_figures() -> None:
    assert chance_words(20.4) == "about 20"


def every_sentence(judged: Judged, series: Series) -> Iterator[str]:
    yield from HIDDEN_WORDS.values()
    yield from CAUTION_WORDS.values()
    yield from (lead_words(n, f, n / 2) for n, f in ((0, 0), (0, 5), (1, 5), (14, 50)))
    endings: list[tuple[float | None, ...]] = [
        (3.4,), (None,), (3.5, *SEVEN_LOWER), (3.3, *(3.7,) * 7), (3.4, 4.4), (3.4, 2.4),
        (3.4, 3.0, 3.4, 3.0), (3.4, 3.8, 3.4, 3.8), (3.6, 3.1, 3.2, 3.3, 3.4, 3.5, 3.6, 3.7),
        (3.2, 3.7, 3.6, 3.5, 3.4, 3.3, 3.2, 3.1), (3.5, *SEVEN_LOWER, 2.2),
    ]  # fmt: skip
    for later, every in product(endings, (1, 4)):
        yield from sentences_of(judged("north", later, every=every))
    for young in ((), (3.4,), (3.4, None), (3.4, 3.5) * 4, (*(3.4, 3.5) * 4, 5.0)):
        yield from sentences_of(
            JudgedSeries(
                judged("north", ()).unit,
                judged("north", ()).measure,
                process_behaviour(series(young)),
            )
        )
    for rule, direction in product(Rule, Direction):
        if (rule is Rule.ORDINARY) == (direction is Direction.NONE):
            yield reading_words(judged_point(series, rule, direction))


def judged_point(series: Series, rule: Rule, direction: Direction) -> JudgedPoint:
    point = series([3.4])[0]
    assert not isinstance(point, HiddenPoint)
    return JudgedPoint(point, 3.0, 4.0, rule, direction)


def sentences_of(one: JudgedSeries) -> Iterator[str]:
    yield from (reading(one).heading, reading(one).text, cell_words(one.behaviour))
    if latest_signal(one.behaviour):
        yield from (title(one), evidence(one))


def test_no_sentence_ranks_blames_explains_praises_or_sets_a_target(
    judged: Judged, series: Series
) -> None:
    sentences = list(every_sentence(judged, series))
    assert len(sentences) > 100
    assert [text for text in sentences if FORBIDDEN.search(text)] == []


def test_the_scan_would_find_such_words() -> None:
    for text in ("the worst team", "caused by", "drives morale", "Well done!", "3 responses"):
        assert FORBIDDEN.search(text)


def test_every_hidden_reason_and_caution_has_words() -> None:
    assert set(HIDDEN_WORDS) == set(Reason)
    assert set(CAUTION_WORDS) == set(Caution)


def test_a_measure_never_asked_is_said_to_be_so(measure: Callable[..., Measure]) -> None:
    nothing = ProcessBehaviour((), ())
    assert unit_reading(measure(), "North", nothing).heading == "Not asked yet"


def test_a_coarse_month_says_about_and_that_it_is_not_judged_and_why(
    series: Series, steady: tuple[float, ...], measure: Callable[..., Measure]
) -> None:
    *before, last = series([*steady, 5.0])
    assert isinstance(last, SeriesPoint)
    behaviour = process_behaviour([*before, replace(last, mean=4.5, is_coarse=True)])
    judged = behaviour.points[-1]
    assert isinstance(judged, JudgedPoint)
    assert plain(figure_words(judged.point)) == "about 4.5"
    assert reading_words(judged) == cell_words(behaviour) == "shown coarsely, not judged"
    reading = unit_reading(measure(), "North", behaviour)
    assert reading.heading == "Shown coarsely in the latest month"
    assert reading.text.endswith(COARSE_REASON)
    assert not FORBIDDEN.search(reading.text)


def test_the_limits_of_a_month_are_written_or_it_is_said_why_there_are_none(
    series: Series, steady: tuple[float, ...]
) -> None:
    points = series([*steady, None, 3.4])
    last = points[-1]
    assert isinstance(last, SeriesPoint)
    behaviour = process_behaviour(points)
    coarse = process_behaviour([*points[:-1], replace(last, is_coarse=True)])
    judged = behaviour.points[-1]
    assert isinstance(judged, JudgedPoint)
    expected = f"{judged.lower_limit:.1f} to {judged.upper_limit:.1f}"
    assert limits_words(behaviour, last.month).replace("\N{NO-BREAK SPACE}", " ") == expected
    assert limits_words(coarse, last.month) == "not judged"
    assert limits_words(process_behaviour(points[:3]), points[0].month) == "none yet"
    with pytest.raises(ValueError, match="is not shown"):
        limits_words(behaviour, points[12].month)
