"""The compact text in which a cell's figures are kept, and the way back to values.

One JSON object per cell, keyed by item code. A hidden figure is `null`; a shown one is the list
[mean in tenths, three bands, options if there are any]. "46+" stands for 46 or more, "12-" for
12 or less, a plain number for itself. A breakdown cell has lists of a mean alone.

A cell of a wave begins with its response rate, under the key "%", which is no item's code. A cell
that is shown coarsely says so next, under the key "~".
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from math import nan

from analysis.coding import CodedItem, CodedNumbers
from analysis.release import Bound, CodedNumber, Figure, Published, Reason, Suppressed
from surveys.instruments import ItemCode

_BANDS_END = 4
_HIDDEN = Suppressed(Reason.TOO_FEW_FOR_ITEM)
_BOUND_OF_SIGN = {"+": Bound.AT_LEAST, "-": Bound.AT_MOST}
_SIGN_OF_BOUND = {bound: sign for sign, bound in _BOUND_OF_SIGN.items()}
_RATE_KEY = ItemCode("%")
_RATE = f"{json.dumps(_RATE_KEY)}:"
_COARSE_KEY = ItemCode("~")
_COARSE = f"{json.dumps(_COARSE_KEY)}:"

_Token = int | str
_Tokens = list[_Token] | None


def cell_texts(
    items: Mapping[ItemCode, CodedItem],
    cells: int,
    rates: Sequence[CodedNumber] = (),
    coarse: Sequence[bool] = (),
) -> list[str]:
    """Return each shown cell's text; equal figures give equal text whatever order they come in.

    `rates` are the cells' response rates, none at all where nobody was invited; `coarse` says of
    every cell whether it is shown coarsely, and may be left out where none is.
    """
    columns = [[f"{_RATE}{_rate_text(rate)}" for rate in rates]] if rates else []
    columns += _coarse_column(coarse)
    columns += [
        [f"{json.dumps(code)}:{text}" for text in _figure_texts(items[code])]
        for code in sorted(items)
    ]
    return _joined(columns, cells)


def mean_texts(
    items: Mapping[ItemCode, CodedItem], cells: int, coarse: Sequence[bool] = ()
) -> list[str]:
    """Return each shown breakdown cell's text, which has means alone; `coarse` as above."""
    columns = _coarse_column(coarse)
    for code in sorted(items):
        means = zip(_token_texts(items[code].means), items[code].shown.tolist(), strict=True)
        columns.append(
            [f"{json.dumps(code)}:{f'[{mean}]' if shown else 'null'}" for mean, shown in means]
        )
    return _joined(columns, cells)


def _coarse_column(coarse: Sequence[bool]) -> list[list[str]]:
    return [[f"{_COARSE}1" if each else "" for each in coarse]] if any(coarse) else []


def _joined(columns: Sequence[Sequence[str]], cells: int) -> list[str]:
    return [
        "{" + ",".join(column[cell] for column in columns if column[cell]) + "}"
        for cell in range(cells)
    ]


def _figure_texts(item: CodedItem) -> list[str]:
    means = _token_texts(item.means)
    bands = _token_texts(item.bands)
    options = _token_texts(item.options)
    return [
        f"[{mean},{band},{option}]" if full else f"[{mean},{band}]" if shown else "null"
        for mean, band, option, shown, full in zip(
            means, bands, options, item.shown.tolist(), item.has_options.tolist(), strict=True
        )
    ]


def _token_texts(numbers: CodedNumbers) -> list[str]:
    """Return each row's numbers, joined by commas."""
    shape = len(numbers.values), -1 if len(numbers.values) else 0
    values: list[list[int]] = numbers.values.reshape(shape).tolist()
    bounds: list[list[int]] = numbers.bounds.reshape(shape).tolist()
    return [
        ",".join(
            str(value) if bound == 0 else f'"{value}+"' if bound > 0 else f'"{value}-"'
            for value, bound in zip(row, signs, strict=True)
        )
        for row, signs in zip(values, bounds, strict=True)
    ]


def _rate_text(rate: CodedNumber) -> str:
    percent = int(rate.value)
    return (
        f'"{percent}{_SIGN_OF_BOUND[rate.bound]}"' if rate.bound in _SIGN_OF_BOUND else f"{percent}"
    )


def rate_in(text: str) -> CodedNumber | None:
    """Return the response rate in a cell's text, without reading the rest; None if it has none."""
    if not text.startswith(_RATE, 1):
        return None
    start = 1 + len(_RATE)
    end = text.find(",", start)
    return _rate(text[start : end if end > 0 else -1])


def is_coarse_in(text: str) -> bool:
    """Return whether a cell's text says that it is shown coarsely, without reading the rest."""
    start = text.find(",") + 1 if text.startswith(_RATE, 1) else 1
    return start > 0 and text.startswith(_COARSE, start)


@lru_cache(maxsize=128)
def _rate(token: str) -> CodedNumber:
    return _share(json.loads(token))


class CellFigures(Mapping[ItemCode, Figure]):
    """A cell's figures, read from their text only when somebody asks for them.

    A page draws on tens of thousands of cells and a few items of each; making every value at once
    would take most of its time.
    """

    __slots__ = ("_respondents", "_text", "_tokens")

    def __init__(self, respondents: int, text: str) -> None:
        self._respondents = respondents
        self._text = text
        self._tokens: dict[ItemCode, _Tokens] | None = None

    def _read(self) -> dict[ItemCode, _Tokens]:
        if self._tokens is None:
            tokens: dict[ItemCode, _Tokens] = json.loads(self._text)
            tokens.pop(_RATE_KEY, None)
            tokens.pop(_COARSE_KEY, None)
            self._tokens = tokens
        return self._tokens

    def __getitem__(self, code: ItemCode) -> Figure:
        tokens = self._read()[code]
        if tokens is None:
            return _HIDDEN
        return Published(
            respondents=self._respondents,
            mean=_mean(tokens[0]),
            bands=_bands(tokens[1:_BANDS_END]),
            options=_options(tokens[_BANDS_END:]),
        )

    def numbers(self, code: ItemCode) -> tuple[float, float, float] | None:
        """Return mean and the percentages of the lowest and highest band, None where hidden.

        Bands are NaN where there are none. For analyses over a whole organisation, where making
        `Published` figures would take most of the time.
        """
        tokens = self._read()[code]
        if tokens is None:
            return None
        mean = _mean(tokens[0]).value
        if len(tokens) < _BANDS_END:
            return mean, nan, nan
        return mean, _share(tokens[1]).value, _share(tokens[_BANDS_END - 1]).value

    def __iter__(self) -> Iterator[ItemCode]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def __repr__(self) -> str:
        return f"CellFigures({self._respondents}, {self._text!r})"


def _bands(tokens: Sequence[_Token]) -> tuple[CodedNumber, CodedNumber, CodedNumber] | None:
    if not tokens:
        return None
    low, middle, high = (_share(token) for token in tokens)
    return low, middle, high


def _options(tokens: Sequence[_Token]) -> tuple[CodedNumber, ...] | None:
    return tuple(_share(token) for token in tokens) if tokens else None


@lru_cache(maxsize=1024)
def _mean(token: _Token) -> CodedNumber:
    tenths, bound = _parts(token)
    return CodedNumber(tenths / 10, bound)


@lru_cache(maxsize=1024)
def _share(token: _Token) -> CodedNumber:
    percent, bound = _parts(token)
    return CodedNumber(float(percent), bound)


def _parts(token: _Token) -> tuple[int, Bound]:
    if isinstance(token, int):
        return token, Bound.EXACT
    return int(token[:-1]), _BOUND_OF_SIGN[token[-1]]
