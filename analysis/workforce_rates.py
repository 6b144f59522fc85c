"""Rates of workforce figures by the definitions of the DfE, in percent; NaN where there is no base.

Source: the methodology of the DfE's statistics "Children's social work workforce" (year to 30
September; in post are those at its end). The number of working days is not in the file; 253 a year
is the number with which the file's own absence rates come out.
"""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

WORKING_DAYS_A_YEAR = 253.0
_MONTHS_A_YEAR = 12
_PERCENT = 100.0


def working_days(months: int) -> float:
    """Return the working days of a full-time post in a period of so many months."""
    return WORKING_DAYS_A_YEAR * months / _MONTHS_A_YEAR


def turnover_rate(leavers: FloatArray, in_post: FloatArray) -> FloatArray:
    """Return leavers of the period in percent of those in post at its end (both heads or FTE)."""
    return _share(leavers, in_post)


def vacancy_rate(vacancies: FloatArray, in_post: FloatArray) -> FloatArray:
    """Return vacancies in percent of all posts, which are vacancies and those in post (FTE)."""
    return _share(vacancies, vacancies + in_post)


def agency_rate(agency: FloatArray, in_post: FloatArray) -> FloatArray:
    """Return agency workers in percent of them and those in post (both heads or FTE)."""
    return _share(agency, agency + in_post)


def absence_rate(days_lost: FloatArray, in_post: FloatArray, *, months: int) -> FloatArray:
    """Return working days lost in percent of the working days of those in post (FTE)."""
    return _share(days_lost, in_post * working_days(months))


def caseload(cases: FloatArray, case_holders: FloatArray) -> FloatArray:
    """Return cases per case holder (FTE), no percentage."""
    return _share(cases, case_holders) / _PERCENT


def _share(part: FloatArray, whole: FloatArray) -> FloatArray:
    known = whole > 0
    return np.where(known, _PERCENT * part / np.where(known, whole, 1.0), np.nan)
