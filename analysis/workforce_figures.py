"""What workforce figures there are, and values that may be missing for a reason."""

import json
import re
from collections.abc import Mapping
from enum import StrEnum

_WHOLE = re.compile(r"[0-9]{1,9}")
_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,4})?")


class Figure(StrEnum):
    """One figure of a unit and period, by its column; `_fte` counts full-time equivalents."""

    HEADCOUNT = "headcount"
    IN_POST_FTE = "in_post_fte"
    STARTERS = "starters"
    STARTERS_FTE = "starters_fte"
    LEAVERS = "leavers"
    LEAVERS_FTE = "leavers_fte"
    LEAVERS_VOLUNTARY = "leavers_voluntary"
    LEAVERS_OTHER = "leavers_other"
    VACANCIES = "vacancies"
    VACANCIES_FTE = "vacancies_fte"
    AGENCY = "agency"
    AGENCY_FTE = "agency_fte"
    CASES = "cases"
    CASE_HOLDERS_FTE = "case_holders_fte"
    DAYS_LOST = "days_lost"


FIGURE_WORDS: Mapping[Figure, str] = {
    Figure.HEADCOUNT: "people in post",
    Figure.IN_POST_FTE: "in post (FTE)",
    Figure.STARTERS: "starters",
    Figure.STARTERS_FTE: "starters (FTE)",
    Figure.LEAVERS: "leavers",
    Figure.LEAVERS_FTE: "leavers (FTE)",
    Figure.LEAVERS_VOLUNTARY: "leavers by own choice",
    Figure.LEAVERS_OTHER: "other leavers",
    Figure.VACANCIES: "vacancies",
    Figure.VACANCIES_FTE: "vacancies (FTE)",
    Figure.AGENCY: "agency workers",
    Figure.AGENCY_FTE: "agency workers (FTE)",
    Figure.CASES: "cases",
    Figure.CASE_HOLDERS_FTE: "case holders (FTE)",
    Figure.DAYS_LOST: "working days lost to sickness",
}
_DECIMALS = frozenset(each for each in Figure if each.endswith("_fte")) | {Figure.DAYS_LOST}


class Missing(StrEnum):
    """A symbol that stands where a number is not, as official statistics write them."""

    NOT_APPLICABLE = "z"
    NOT_AVAILABLE = "x"
    LOW_RELIABILITY = "u"
    CONFIDENTIAL = "c"
    ROUNDS_TO_ZERO = "low"
    NO_DATA = ":"
    NOT_COLLECTED = ".."


_SYMBOLS = frozenset(each.value for each in Missing)
MISSING_WORDS: Mapping[Missing, str] = {
    Missing.NOT_APPLICABLE: "not applicable",
    Missing.NOT_AVAILABLE: "not available",
    Missing.LOW_RELIABILITY: "of low reliability",
    Missing.CONFIDENTIAL: "confidential",
    Missing.ROUNDS_TO_ZERO: "more than none, but rounded to 0",
    Missing.NO_DATA: "no data",
    Missing.NOT_COLLECTED: "not collected",
}

Value = float | Missing
"""A number (people, FTE, cases or days), or why there is none. Whole numbers are int."""

Figures = Mapping[Figure, Value]
"""The figures of one unit and period that somebody gave; what nobody gave is not in it."""


def value_of(figure: Figure, written: str) -> Value:
    """Return the number or the symbol that stands in a cell.

    Raises:
        ValueError: it is neither, with the rule; a missing number is never read as 0.
    """
    has_decimals = figure in _DECIMALS
    if (_DECIMAL if has_decimals else _WHOLE).fullmatch(written):
        return float(written) if has_decimals else int(written)
    if written in _SYMBOLS:
        return Missing(written)
    what = (
        "number, 0 or more, in plain digits like 12.5"
        if has_decimals
        else "whole number, 0 or more, in plain digits"
    )
    raise ValueError(f"{written!r} is no {what}, and no symbol for a missing number")


def number_of(figures: Figures, figure: Figure) -> float | None:
    """Return the number; None where nobody gave it or a symbol stands for it."""
    value = figures.get(figure)
    return None if isinstance(value, Missing) else value


def value_text(value: Value | None) -> str:
    """Return `8`, `7.25` or the symbol; "" where nobody gave the figure."""
    if value is None:
        return ""
    return value.value if isinstance(value, Missing) else f"{value:.10g}"


def value_words(value: Value | None) -> str:
    """Return the value for people: `1,204`, `7.25`, `not available`, or `not given`."""
    if value is None:
        return "not given"
    return MISSING_WORDS[value] if isinstance(value, Missing) else f"{value:,.10g}"


def missing_text(figures: Figures) -> str | None:
    """Return the symbols by figure as JSON, None where there are none."""
    symbols = {f.value: v.value for f, v in figures.items() if isinstance(v, Missing)}
    return json.dumps(symbols, sort_keys=True, separators=(",", ":")) if symbols else None


def missing_of(text: str | None) -> Mapping[Figure, Missing]:
    """Return the symbols by figure that `missing_text` wrote."""
    symbols = {} if text is None else json.loads(text)
    return {Figure(code): Missing(symbol) for code, symbol in symbols.items()}
