"""The display rules: how counts become the few rounded numbers that a release shows.

Everything is integer arithmetic and halves round up, so equal counts give equal bytes on every
machine. Rules, with d = 1 dissenter (1 + colluders, never more than a fifth of the people):

* A mean has one decimal. It stops at the bound that d people just outside the end band would
  reach if everybody else gave the extreme answer, and then reads "4.8 or more", "1.2 or less".
* Shares have 5-point steps, 10-point steps below 15 respondents; a release that is recoded
  coarsely has twice those (10 and 20). They stop at 90 and 10, or nearer
  the middle where d people are more than that, and then read "90 or more", "10 or less". The
  middle band and single options leave room for 2d people, because a mean that stays put needs a
  dissenter on either side.
* Bounds depend on respondents alone, so they say nothing of who skipped. Below ten respondents
  they are those of the smallest group: there a mean can give away how many skipped.

Shares are rounded one by one and may add up to a little less or more than 100.

A cell that is shown coarsely because of who joined or left it (`analysis.wave_gate`) has means in
half points, whose bounds lie on halves too, shares in the coarse steps, and no single options.

Source: top and bottom coding, Handbook on Statistical Disclosure Control; docs/decisions/0030.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from surveys.policy import AnonymityPolicy
from surveys.scales import Scale

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_HIGHEST_SHARE = 90
_LOWEST_SHARE = 10
_BOUNDS_BY_OWN_SIZE_FROM = 10
"""From here on every mean to one decimal can also come from a cell in which nobody skipped."""

_PEOPLE_PER_DISSENTER = 5
_COARSE_MEAN_STEP = 5  # tenths of a scale point


@dataclass(frozen=True, slots=True)
class CodingRules:
    """Steps are percentage points, the other fields are people.

    `coarse_cells` flags the cells that are shown coarsely, in the order in which they are coded;
    None where there is none. `coarse_steps` are the steps of their shares.
    """

    fewest_answers: int
    colluders: int
    share_step: int
    small_cell_step: int
    small_cell_below: int
    all_options_from: int
    coarse_steps: tuple[int, int] = (0, 0)  # of small cells, of others
    coarse_cells: Flags | None = None

    @classmethod
    def of(
        cls, policy: AnonymityPolicy, *, coarse: bool, coarse_cells: Flags | None = None
    ) -> "CodingRules":
        """Return the policy's display rules; `coarse` doubles the steps of small cells too."""
        return cls(
            fewest_answers=policy.threshold + policy.colluders,
            colluders=policy.colluders,
            share_step=policy.coarse_share_step if coarse else policy.share_step,
            small_cell_step=policy.coarse_share_step * (2 if coarse else 1),
            small_cell_below=policy.coarse_shares_below,
            all_options_from=policy.all_options_from,
            coarse_steps=(2 * policy.coarse_share_step, policy.coarse_share_step),
            coarse_cells=coarse_cells,
        )

    def steps(self, respondents: Whole) -> Whole:
        """Return the step of each cell's shares in percentage points."""
        small = respondents < self.small_cell_below
        usual = np.where(small, self.small_cell_step, self.share_step)
        coarse = np.where(small, *self.coarse_steps)
        return np.where(self._are_coarse(respondents), coarse, usual).astype(np.int64)

    def mean_steps(self, respondents: Whole) -> Whole:
        """Return the step of each cell's means in tenths of a scale point."""
        coarse = self._are_coarse(respondents)
        return np.where(coarse, _COARSE_MEAN_STEP, 1).astype(np.int64)

    def have_options(self, respondents: Whole) -> Flags:
        """Return which cells show every single option."""
        enough: Flags = respondents >= self.all_options_from
        return enough & ~self._are_coarse(respondents)

    def _are_coarse(self, respondents: Whole) -> Flags:
        if self.coarse_cells is None:
            return np.zeros(len(respondents), dtype=np.bool_)
        return self.coarse_cells


@dataclass(frozen=True, slots=True)
class CodedNumbers:
    """Rounded numbers and how each is read: 0 as it stands, 1 "or more", -1 "or less"."""

    values: Whole
    bounds: Whole


@dataclass(frozen=True, slots=True)
class CodedItem:
    """One item in every shown cell, a row per cell.

    `means` are tenths of a scale point, mirrored for reverse-keyed items; `bands` (3 columns) and
    `options` (a column per option) are percent, as asked. Rows where `shown` or `has_options` is
    false hold no meaning and are never published.
    """

    shown: Flags
    has_options: Flags
    means: CodedNumbers
    bands: CodedNumbers
    options: CodedNumbers


def code_item(
    counts: Whole,
    respondents: Whole,
    *,
    scale: Scale,
    reverse_keyed: bool,
    rules: CodingRules,
) -> CodedItem:
    """Return the item's figures in every shown cell.

    Args:
        counts: a row per cell; a column per option of the scale, and last "skipped".
        respondents: people per cell; at least the smallest group.
        scale: the scale as asked.
        reverse_keyed: whether a high score is what staff would not want.
        rules: the display rules.
    """
    labels = len(scale.labels)
    scored = counts[:, :labels]
    answers = scored.sum(axis=1)
    shown = answers >= rules.fewest_answers
    band_counts = np.stack(
        [scored[:, band.first - 1 : band.last].sum(axis=1) for band in scale.bands], axis=1
    )
    chosen = counts[:, :-1].sum(axis=1)
    return CodedItem(
        shown=shown,
        has_options=shown & rules.have_options(respondents),
        means=_code_means(scored, respondents, scale, reverse_keyed=reverse_keyed, rules=rules),
        bands=_code_shares(band_counts, answers, respondents, rules=rules, sides=(1, 2, 1)),
        options=_code_shares(
            counts[:, :-1], chosen, respondents, rules=rules, sides=(2,) * (counts.shape[1] - 1)
        ),
    )


def _code_means(
    scored: Whole,
    respondents: Whole,
    scale: Scale,
    *,
    reverse_keyed: bool,
    rules: CodingRules,
) -> CodedNumbers:
    labels = len(scale.labels)
    scores = np.array(
        [scale.score(choice, reverse_keyed=reverse_keyed) for choice in range(1, labels + 1)],
        dtype=np.int64,
    )
    answers = np.maximum(scored.sum(axis=1), 1)  # empty rows are hidden; they must not divide by 0
    step = rules.mean_steps(respondents)
    tenths = step * ((20 * (scored @ scores) + step * answers) // (2 * step * answers))
    people, dissenters = _room(respondents, rules)
    widths = [band.last - band.first + 1 for band in scale.bands]
    low_width, high_width = (widths[2], widths[0]) if reverse_keyed else (widths[0], widths[2])
    lowest = 10 + -(-10 * dissenters * low_width // people)
    highest = 10 * labels - -(-10 * dissenters * high_width // people)
    return _clamp(tenths, -(-lowest // step) * step, highest // step * step)


def _code_shares(
    counts: Whole,
    answers: Whole,
    respondents: Whole,
    *,
    rules: CodingRules,
    sides: tuple[int, ...],
) -> CodedNumbers:
    """Return shares in percent; `sides` says per column on how many sides dissent must fit."""
    steps = rules.steps(respondents)[:, np.newaxis]
    shares = _share(counts, np.maximum(answers, 1)[:, np.newaxis], steps)
    people, dissenters = (column[:, np.newaxis] for column in _room(respondents, rules))
    outside = dissenters * np.array(sides, dtype=np.int64)
    highest = np.minimum(_HIGHEST_SHARE, _share(people - outside, people, steps))
    lowest = np.maximum(_LOWEST_SHARE, _share(dissenters, people, steps))
    return _clamp(shares, lowest, highest)


def _room(respondents: Whole, rules: CodingRules) -> tuple[Whole, Whole]:
    """Return the people by whom a cell's bounds are set, and how many dissenters must fit in."""
    small = respondents < _BOUNDS_BY_OWN_SIZE_FROM
    people = np.where(small, np.minimum(rules.fewest_answers, respondents), respondents)
    return people, np.minimum(1 + rules.colluders, people // _PEOPLE_PER_DISSENTER)


def _share(part: Whole, whole: Whole, step: Whole) -> Whole:
    """Return part of whole in percent, to the nearest step, halves up."""
    rounded: Whole = step * ((200 * part + step * whole) // (2 * step * whole))
    return rounded


def _clamp(values: Whole, lowest: Whole, highest: Whole) -> CodedNumbers:
    bounds = np.where(values >= highest, 1, np.where(values <= lowest, -1, 0))
    return CodedNumbers(np.clip(values, lowest, highest), bounds)
