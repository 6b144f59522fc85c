"""Rates of workforce figures of one unit: a sentence, a chart, a table and a file of the same."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from sqlalchemy.orm import Session

from analysis.release import ReleaseHead
from analysis.trends.rates import JudgedRate
from analysis.trends.words import READINGS
from analysis.workforce_figures import FIGURE_WORDS
from analysis.workforce_periods import LENGTH_WORDS, MONTH, Period
from analysis.workforce_series import RateCode
from pulse.access import Permission, Viewer
from pulse.charts.spec import Mark, ProcessChartSpec
from pulse.dashboards.choices import Option, options_of, unit_options
from pulse.dashboards.month_rows import MARKS
from pulse.dashboards.rate_charts import RateWords, amount_words, rate_chart, rate_words
from pulse.dashboards.scope import Scope
from pulse.dashboards.staffing_series import (
    StaffingPeriod,
    StaffingQuestion,
    StaffingSeries,
    staffing_series,
)
from pulse.dashboards.unit_tables import SUPPRESSED
from pulse.rules_in_force import rules_in_force
from surveys.units import UnitCode

_MOST_ON_OFFER = 400
_SOURCE = (
    "The definition is that of the DfE\N{RIGHT SINGLE QUOTATION MARK}s statistics on the "
    "children\N{RIGHT SINGLE QUOTATION MARK}s social work workforce."
)
_COVERAGE = (
    "A unit is counted with all units below it. Where some of them have no figures, the rate is "
    "of the others."
)
_HIDDEN_BECAUSE = "too few people here or beside it"
_RATES: Mapping[RateCode, RateWords] = {
    RateCode.LEAVERS: RateWords(
        name="Leaver rate",
        meaning="People who left in the period, in percent of people in post.",
        base="Percent of people in post.",
        events="leavers",
        people="in post",
    ),
    RateCode.VACANCIES: RateWords(
        name="Vacancy rate",
        meaning="Vacancies in percent of all posts, filled and vacant.",
        base="Percent of all posts.",
        events="vacancies",
        people="posts",
    ),
    RateCode.AGENCY: RateWords(
        name="Agency rate",
        meaning="Agency workers in percent of them and of people in post.",
        base="Percent of agency workers and people in post.",
        events="agency workers",
        people="agency workers and people in post",
    ),
    RateCode.ABSENCE: RateWords(
        name="Absence rate",
        meaning="Working days lost to sickness, in percent of the working days of all posts.",
        base="Percent of working days.",
        events="days lost",
        people="working days",
    ),
}


@dataclass(frozen=True, slots=True)
class PeriodName:
    """A period in words, and as it fits on a phone."""

    words: str
    short_words: str


@dataclass(frozen=True, slots=True)
class ShownPeriod:
    """A period as the table tells it; `reading_short` is for narrow screens, beside the mark."""

    period: PeriodName
    in_post: str
    rate: str
    events: str
    mark: Mark
    reading: str
    reading_short: str


@dataclass(frozen=True, slots=True)
class HiddenPeriod:
    """A period whose number and rate are one hatched cell."""

    period: PeriodName
    in_post: str
    hidden_because: str


StaffingRow = ShownPeriod | HiddenPeriod


@dataclass(frozen=True, slots=True)
class StaffingPage:
    """`setup` says what to do where there are no figures; `months` is the length of the periods."""

    caption: str
    lead: str
    setup: str
    is_hr: bool
    units: tuple[Option, ...]
    rates: tuple[Option, ...]
    lengths: tuple[Option, ...]
    unit: str
    rate: str
    months: int
    chart: ProcessChartSpec | None
    period_title: str
    in_post_title: str
    events_title: str
    rate_title: str
    rows: tuple[StaffingRow, ...]
    notes: tuple[str, ...]


def staffing_page(
    session: Session,
    heads: Sequence[ReleaseHead],
    viewer: Viewer,
    scope: Scope,
    asked: StaffingQuestion,
) -> StaffingPage:
    """Return the page of one rate of one unit of the viewer's part of the organisation."""
    series = staffing_series(session, heads, viewer, asked)
    is_hr = viewer.may(Permission.VIEW_LEAVER_COUNTS)
    name = scope.name(asked.unit)
    words = _words(asked.rate, series)
    return StaffingPage(
        caption=f"Staffing · {name}",
        lead=_lead(series, words, name),
        setup="" if series is not None else _setup_words(is_hr=is_hr),
        is_hr=is_hr,
        units=_unit_options(scope, asked.unit),
        rates=options_of({code: each.name for code, each in _RATES.items()}, asked.rate),
        lengths=_length_options(series),
        unit=asked.unit,
        rate=asked.rate,
        months=0 if series is None else series.months,
        chart=_chart(series, words, name),
        period_title=words.period.capitalize(),
        in_post_title="In post" if series is None else _title(FIGURE_WORDS[series.parts.in_post]),
        events_title=_title(words.events),
        rate_title=words.name,
        rows=() if series is None else _rows(series),
        notes=_notes(session, series, words, is_hr=is_hr),
    )


def staffing_csv(series: StaffingSeries) -> str:
    """Return the periods of the screen, newest first, as CSV; hidden figures are "suppressed"."""
    written = io.StringIO()
    writer = csv.writer(written)
    parts = series.parts
    writer.writerow(("period", "rate", "reading", parts.events, parts.in_post))
    for each, row in zip(reversed(series.periods), _rows(series), strict=True):
        if isinstance(row, HiddenPeriod):
            figures = (SUPPRESSED, f"hidden: {row.hidden_because}", SUPPRESSED)
        else:
            figures = (row.rate, row.reading, row.events.replace(",", ""))
        writer.writerow((str(each.period), *figures, row.in_post.replace(",", "")))
    return written.getvalue()


def _words(rate: RateCode, series: StaffingSeries | None) -> RateWords:
    words = _RATES[rate]
    if series is None:
        return words
    is_fte = series.parts.events.endswith("_fte")
    return replace(
        words,
        period=LENGTH_WORDS[series.months],
        events=f"{words.events} (FTE)" if is_fte else words.events,
    )


def _lead(series: StaffingSeries | None, words: RateWords, name: str) -> str:
    if series is None:
        return f"There are no figures for the {words.name.lower()} of {name} yet."
    judged = [each for each in series.behaviour.months if each.rate_month.rate is not None]
    if not judged:
        return (
            f"Every {words.period} of the {words.name.lower()} of {name} is hidden: "
            f"{_HIDDEN_BECAUSE}."
        )
    newest = judged[-1]
    last = next(p for p in reversed(series.periods) if p.period.last == newest.rate_month.month)
    rate = rate_words(newest.rate_month.rate or 0)
    is_signal = MARKS[newest.direction] is not Mark.ORDINARY
    place = f", {_reading(newest)}" if is_signal else ""
    when = "" if words.period == "month" else f"the {words.period} "
    said = f"{name}: {words.name.lower()} {rate} in {when}{last.period.words}{place}."
    return f"{said} {_signals_sentence(judged, words)}"


def _signals_sentence(judged: Sequence[JudgedRate], words: RateWords) -> str:
    if judged[-1].upper_limit is None:
        return f"It is too early to tell signals from ordinary variation: {len(judged)} shown."
    signals = [each for each in judged if MARKS[each.direction] is not Mark.ORDINARY]
    if not signals:
        return f"All {len(judged)} shown {words.period}s lie within its ordinary variation."
    noun = f"{words.period} is" if len(signals) == 1 else f"{words.period}s are"
    return f"{len(signals)} of {len(judged)} shown {noun} part of a signal."


def _setup_words(*, is_hr: bool) -> str:
    if is_hr:
        return "Bring them in on the Workforce page. The guide there lists every column."
    return (
        "When HR has brought in figures, and the pulse of the same months is released, they stand "
        "here."
    )


def _unit_options(scope: Scope, chosen: UnitCode) -> tuple[Option, ...]:
    units = list(islice(scope.units(), _MOST_ON_OFFER))
    if chosen not in units:
        units.append(chosen)
    return unit_options(scope, units, chosen)


def _length_options(series: StaffingSeries | None) -> tuple[Option, ...]:
    """Return the choice of lengths; none where there is only one."""
    if series is None or len(series.lengths) == 1:
        return ()
    return options_of(
        {str(each): f"{LENGTH_WORDS[each].capitalize()}s" for each in series.lengths},
        str(series.months),
    )


def _chart(series: StaffingSeries | None, words: RateWords, name: str) -> ProcessChartSpec | None:
    """Return no chart where every period is hidden: the table says so already."""
    if series is None or all(each.events is None for each in series.periods):
        return None
    return rate_chart(series.behaviour, words, number=1, unit_name=name)


def _rows(series: StaffingSeries) -> tuple[StaffingRow, ...]:
    judged = zip(series.periods, series.behaviour.months, strict=True)
    return tuple(_row(period, each) for period, each in reversed(list(judged)))


def _row(period: StaffingPeriod, judged: JudgedRate) -> StaffingRow:
    name = _name_of(period.period)
    in_post = amount_words(period.in_post)
    if period.events is None:
        return HiddenPeriod(name, in_post, _HIDDEN_BECAUSE)
    rate = judged.rate_month.rate
    reading = _reading(judged)
    return ShownPeriod(
        period=name,
        in_post=in_post,
        rate="nobody there" if rate is None else rate_words(rate),
        events=amount_words(period.events),
        mark=MARKS[judged.direction],
        reading=reading,
        reading_short=reading.partition(", ")[0],
    )


def _reading(judged: JudgedRate) -> str:
    if judged.upper_limit is None:
        return "no limits yet"
    return READINGS[judged.rule, judged.direction]


def _name_of(period: Period) -> PeriodName:
    short = period.start.short_words if period.months == MONTH else str(period)
    return PeriodName(period.words, short)


def _notes(
    session: Session, series: StaffingSeries | None, words: RateWords, *, is_hr: bool
) -> tuple[str, ...]:
    notes = [
        words.meaning,
        _SOURCE,
        _COVERAGE,
        "Limits are of the p\N{PRIME} kind: they allow for rates that vary more than chance alone.",
    ]
    policy = rules_in_force(session)
    if not is_hr and policy is not None:
        notes.append(
            f"A number that may stand for fewer than {policy.leavers_threshold} people is hidden, "
            "and so are numbers from which it would follow. None and few look the same."
        )
    if series is not None and series.months != 1:
        notes.append(
            f"These figures are by {words.period}. The turnover page sets leavers beside morale "
            "month by month, so it needs figures of months."
        )
    return tuple(notes)


def _title(words: str) -> str:
    return words[:1].upper() + words[1:]
