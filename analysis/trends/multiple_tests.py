"""Many tests at once: p values adjusted so that few of what is called a finding is chance."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def benjamini_hochberg(p: FloatArray) -> FloatArray:
    """Return the adjusted p of each test, at most 1 and never below its own p.

    Calling a finding what has an adjusted p of at most q keeps the expected share of false ones
    among them at q or below, for tests that are independent or positively dependent. A nan is no
    test: it stays nan and counts for nothing.

    Raises:
        ValueError: a p lies outside 0 to 1.

    Source: Y. Benjamini and Y. Hochberg, Journal of the Royal Statistical Society B 57 (1995).
    """
    tested = ~np.isnan(p)
    known = p[tested]
    if ((known < 0) | (known > 1)).any():
        raise ValueError("a p lies outside 0 to 1")
    adjusted = np.full(p.shape, np.nan)
    if known.size == 0:
        return adjusted
    order = np.argsort(known, kind="stable")
    scaled = known[order] * known.size / np.arange(1, known.size + 1)
    monotone = np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1])
    in_place = np.empty_like(known)
    in_place[order] = np.maximum(monotone, known[order])  # p * m / m can lie a bit below p
    adjusted[tested] = in_place
    return adjusted
