"""Which workforce figures of one unit and period cannot all be right together."""

from collections.abc import Iterator

from analysis.workforce_figures import FIGURE_WORDS, Figure, Figures, number_of
from analysis.workforce_rates import working_days

_ROUNDING = 0.051  # figures are often rounded to one decimal


def broken_rules(figures: Figures, months: int) -> Iterator[tuple[Figure, str]]:
    """Yield each figure that breaks a rule, and the rule in words.

    Args:
        figures: of one unit and period, as they would stand after an import.
        months: length of the period.
    """
    yield from _leavers_beyond_post(figures)
    yield from _parts_of_leavers(figures)
    yield from _days_beyond_post(figures, months)


def _leavers_beyond_post(figures: Figures) -> Iterator[tuple[Figure, str]]:
    pairs = (
        (Figure.LEAVERS, Figure.HEADCOUNT),
        (Figure.LEAVERS_FTE, Figure.IN_POST_FTE),
    )
    for left, post in pairs:
        leavers, people = number_of(figures, left), number_of(figures, post)
        if leavers is not None and people is not None and leavers > people:
            rule = (
                f"{leavers:g} {FIGURE_WORDS[left]} are more than the {people:g} "
                f"{FIGURE_WORDS[post]}, a rate over 100%; count everybody who was in post"
            )
            yield left, rule


def _parts_of_leavers(figures: Figures) -> Iterator[tuple[Figure, str]]:
    total = number_of(figures, Figure.LEAVERS)
    parts = [
        (figure, number)
        for figure in (Figure.LEAVERS_VOLUNTARY, Figure.LEAVERS_OTHER)
        if (number := number_of(figures, figure)) is not None
    ]
    if total is None or not parts:
        return
    told = sum(number for _figure, number in parts)
    said = " and ".join(f"{number:g} {FIGURE_WORDS[figure]}" for figure, number in parts)
    if len(parts) == 2 and told != total:  # noqa: PLR2004 - both parts are known
        yield parts[0][0], f"{said} do not add up to the {total:g} leavers"
    elif told > total:
        yield parts[0][0], f"{said} are more than the {total:g} leavers"


def _days_beyond_post(figures: Figures, months: int) -> Iterator[tuple[Figure, str]]:
    days = number_of(figures, Figure.DAYS_LOST)
    posts = number_of(figures, Figure.IN_POST_FTE)
    if posts is None:
        posts = number_of(figures, Figure.HEADCOUNT)
    if days is None or posts is None:
        return
    most = (posts + _ROUNDING) * working_days(months)
    if days > most:
        rule = (
            f"{days:g} days lost are more than all {most:.0f} working days of {posts:g} in post, "
            "a rate over 100%"
        )
        yield Figure.DAYS_LOST, rule
