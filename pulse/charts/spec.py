"""What a chart says, before anything is drawn: one frozen spec, two drawings (SVG and Plotly)."""

from dataclasses import dataclass
from enum import StrEnum
from math import log10

from surveys.months import Month


class Mark(StrEnum):
    """How a month is drawn; colour never stands alone (VISUAL 5)."""

    ORDINARY = "ordinary"
    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class ShownMonth:
    """One month with a figure. Limits are None where there are too few months for any."""

    month: Month
    value: float
    mark: Mark
    is_small: bool  # few answers: drawn hollow
    lower_limit: float | None
    upper_limit: float | None
    words: str  # what the table says of it, for the hover text


@dataclass(frozen=True, slots=True)
class HiddenMonth:
    """One month whose figure is hidden: a hatched column with the word "hidden"."""

    month: Month


@dataclass(frozen=True, slots=True)
class Event:
    """A lettered line: when limits were fixed, or when something happened."""

    letter: str
    month: Month
    text: str


@dataclass(frozen=True, slots=True)
class SourceBreak:
    """Where the source of the figures changes: `month` is the first one from the later source.

    `words` stand at the mark, for example "joined from imported answers".
    """

    month: Month
    words: str


@dataclass(frozen=True, slots=True)
class EarlierAverage:
    """An average that held up to and including `last`, until somebody started limits anew.

    `value` is None where there were too few months for one.
    """

    last: Month
    value: float | None


@dataclass(frozen=True, slots=True)
class ProcessChartSpec:
    """A process behaviour chart of one measure over the months in which it was asked.

    `axis_low` and `axis_high` are the drawn part of the axis in units of the measure; `decimals`
    says how values are written; `small_words` is the legend's text for hollow points. `centre` is
    the average of the newest months, `earlier` those before limits started anew, oldest first.
    """

    number: int  # of the figure on its page
    title: str
    description: str  # the text alternative: what a sighted reader would take from the picture
    caption: str
    axis_note: str
    axis_low: float
    axis_high: float
    tick_step: float
    decimals: int
    unit: str  # "" for scale points, "%" for rates
    months: tuple[ShownMonth | HiddenMonth, ...]
    centre: float | None
    small_words: str
    events: tuple[Event, ...] = ()
    breaks: tuple[SourceBreak, ...] = ()
    earlier: tuple[EarlierAverage, ...] = ()


@dataclass(frozen=True, slots=True)
class Estimate:
    """One estimate with its interval, on the scale of its panel.

    `note` stands small under the label; `words` is what the table says, for the hover text.
    """

    label: str
    note: str
    value: float
    low: float
    high: float
    words: str


@dataclass(frozen=True, slots=True)
class ForestSpec:
    """Estimates with intervals over a line of "no association" at `null_value`, on one scale.

    `low_words` and `high_words` name the two directions, for example "fewer leavers". On a
    logarithmic scale (`is_log`, rate ratios) twice as much is as far from 1 as half as much.
    """

    number: int
    title: str
    description: str
    caption: str
    axis_low: float
    axis_high: float
    ticks: tuple[float, ...]
    null_value: float
    low_words: str
    high_words: str
    estimates: tuple[Estimate, ...]
    decimals: int = 2
    is_log: bool = False

    def place(self, value: float) -> float:
        """Return where the value lies on a scale whose steps are equal."""
        return log10(value) if self.is_log else value


ChartSpec = ProcessChartSpec | ForestSpec
