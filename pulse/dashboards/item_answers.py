"""How people answered each question of a measure in one month: three bands, or every option."""

from dataclasses import dataclass, replace

from analysis.release import CodedNumber, Published, ReleasedItem, ReleaseHead, ShownCell
from analysis.trends.measures import Measure
from analysis.trends.share_intervals import released_share_interval
from analysis.trends.words import COARSE_SHARES
from pulse.dashboards.words import reasons_words, sentence_start, share_words
from surveys.instruments import ItemCode
from surveys.months import Month

LANGUAGE = "en"
_INTERVALS = "Below a share stands its 95% interval."


@dataclass(frozen=True, slots=True)
class Share:
    """A labelled percentage; `interval` is "" for one that has none."""

    label: str
    words: str
    interval: str = ""


@dataclass(frozen=True, slots=True)
class ShownItem:
    """One question; `options` is empty where too few people answered to show every option."""

    code: ItemCode
    wording: str
    note: str
    bands: tuple[Share, ...]
    options: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class HiddenItem:
    """One question whose figures are hidden here."""

    wording: str
    note: str
    hidden_because: str


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """A figure that others published on one of the questions, in words, and where it is from."""

    words: str
    source: str


@dataclass(frozen=True, slots=True)
class ItemAnswers:
    """The questions of a measure in a month in which the unit is shown.

    `context` are figures of other people, see `pulse.dashboards.published_context`.
    """

    month: Month
    respondents: int
    note: str
    band_names: tuple[str, ...]
    items: tuple[ShownItem | HiddenItem, ...]
    has_options: bool
    context: tuple[PublishedFigure, ...] = ()


def wording_of(item: ReleasedItem) -> str:
    """Return the question in the language of the pages, or in the first that it has."""
    return item.wording.get(LANGUAGE) or next(iter(item.wording.values()))


def item_answers(head: ReleaseHead, measure: Measure, cell: ShownCell) -> ItemAnswers:
    """Return the measure's questions of a release in which they were asked."""
    asked = set(zip(measure.items, measure.versions, strict=True))
    released = [item for item in head.items if (item.code, item.version) in asked]
    items = tuple(_item(item, cell) for item in released)
    return ItemAnswers(
        month=head.month,
        respondents=cell.respondents,
        note=(
            f"{cell.respondents:,} people answered. Shares are rounded, so they need not add up "
            "to 100%. " + (COARSE_SHARES if cell.is_coarse else _INTERVALS)
        ),
        band_names=tuple(map(sentence_start, released[0].band_names)),
        items=items,
        has_options=any(isinstance(item, ShownItem) and item.options for item in items),
    )


def _item(item: ReleasedItem, cell: ShownCell) -> ShownItem | HiddenItem:
    wording = wording_of(item)
    note = "Asked the other way round: for the mean it is turned." if item.reverse_keyed else ""
    figure = cell.figures[item.code]
    if not isinstance(figure, Published):
        return HiddenItem(wording, note, reasons_words([figure.reason]))
    return ShownItem(
        code=item.code,
        wording=wording,
        note=note,
        bands=_bands(item, figure, cell),
        options=_shares((*item.labels, *item.unscored), figure.options or ()),
    )


def _bands(item: ReleasedItem, figure: Published, cell: ShownCell) -> tuple[Share, ...]:
    bands = figure.bands or ()
    return tuple(
        replace(share, interval="" if cell.is_coarse else _interval(coded, figure.respondents))
        for share, coded in zip(_shares(item.band_names, bands), bands, strict=False)
    )


def _interval(share: CodedNumber, respondents: int) -> str:
    ends = released_share_interval(share, respondents)
    return "" if ends is None else f"{ends[0]} to {ends[1]}"


def _shares(labels: tuple[str, ...], shares: tuple[CodedNumber, ...]) -> tuple[Share, ...]:
    # Zip stops at the labels: a share of those who skipped would be a further one without a label.
    return tuple(
        Share(sentence_start(label), share_words(share))
        for label, share in zip(labels, shares, strict=False)
    )
