"""Published figures that a pack brings as context, from its TOML and from the table it names."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from surveys.instruments import Benchmark, Benchmarks, Instrument, Item, ItemCode, Statistic
from surveys.pack_paths import path_inside
from surveys.scales import Scale
from surveys.sheets import Problems, read_sheet
from surveys.toml_tables import TomlTable

EARLIEST_YEAR, LATEST_YEAR = 1950, 2200
_WHOLE = 100.0  # percent
_KEYS = ("survey", "year", "sector", "summary", "table", "figures")
_TABLE_KEYS = ("file", "row", "value", "asked")
_FIGURE_KEYS = ("item", "statistic", "band", "value", "asked", "row")


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the published table: where it stands, its figure as written, what was asked."""

    number: int
    value: str
    asked: str


@dataclass(frozen=True, slots=True)
class _Table:
    """A published table by the cells of its column `row`."""

    name: str
    value_column: str
    rows: Mapping[str, _Row]


def read_benchmarks(pack: TomlTable, *, folder: Path) -> Benchmarks | None:
    """Return what the pack's [benchmarks] says, None where it has none; mistakes are reported.

    Whether the items exist is known only beside other instruments: see `benchmark_faults`.

    Args:
        pack: the whole pack.
        folder: where the pack lies; a table that it names lies there or below.

    Raises:
        ImportRejected: the table cannot be read.
    """
    if "benchmarks" not in pack.values:
        return None
    section = pack.table("benchmarks")
    section.refuse_unknown(_KEYS)
    year = section.whole_number("year")
    if year and not EARLIEST_YEAR <= year <= LATEST_YEAR:
        section.report("year", f"{year} is no year between {EARLIEST_YEAR} and {LATEST_YEAR}")
    table = _table(section, folder)
    figures = tuple(_figure(each, table) for each in section.listed_tables("figures"))
    if not figures:
        section.report("figures", "there is no figure; begin each with [[benchmarks.figures]]")
    _refuse_repeats(section, figures)
    return Benchmarks(
        survey=section.text("survey"),
        year=year,
        sector=section.text("sector"),
        summary=section.text("summary"),
        figures=figures,
    )


def benchmark_faults(pack: Instrument, known: Iterable[Instrument]) -> list[tuple[str, str]]:
    """Return key and rule of each figure that nothing which Pulse publishes can stand beside.

    Args:
        pack: the one that brings the figures; its own items count.
        known: the other instruments.
    """
    if pack.benchmarks is None:
        return []
    held = {
        item.code: (item, instrument.scales[item.scale])
        for instrument in (*known, pack)
        for item in instrument.items
    }
    found = []
    for number, figure in enumerate(pack.benchmarks.figures, start=1):
        fault = _fault(figure, held.get(figure.item))
        if fault is not None:
            found.append((f"benchmarks.figures[{number}].{fault[0]}", fault[1]))
    return found


def _fault(figure: Benchmark, held: tuple[Item, Scale] | None) -> tuple[str, str] | None:
    if held is None:
        return "item", (
            f"no question has the code {figure.item!r}; import the pack that holds it first, or "
            "correct the code"
        )
    item, scale = held
    bands = [band.name for band in scale.bands]
    if figure.statistic is Statistic.SHARE and figure.band not in bands:
        names = ", ".join(map(repr, bands))
        return "band", f"{figure.band!r} is no band of {item.code!r}; its bands are {names}"
    if figure.statistic is Statistic.MEAN:
        if item.reverse_keyed:
            return "statistic", (
                "the mean of a reverse-keyed question is turned in Pulse, so theirs would be read "
                "the wrong way round; give the share of a band"
            )
        if not 1 <= figure.value <= len(scale.labels):
            return "value", f"a mean on this scale lies between 1 and {len(scale.labels)}"
    return None


def _table(section: TomlTable, folder: Path) -> _Table | None:
    """Return the published table that the section names, None where it names none."""
    if "table" not in section.values:
        return None
    table = section.table("table")
    table.refuse_unknown(_TABLE_KEYS)
    path = path_inside(table, folder)
    columns = tuple(table.text(key) for key in ("row", "value", "asked"))
    section.problems.raise_if_any()
    sheet = read_sheet(path, required=columns)
    problems = Problems(path.name)
    rows: dict[str, _Row] = {}
    for number, (key, value, asked) in sheet.rows(problems):
        if key in rows:
            problems.add(number, columns[0], f"{key!r} stands in row {rows[key].number} already")
        rows.setdefault(key, _Row(number, value, asked))
    problems.raise_if_any()
    return _Table(path.name, columns[1], rows)


def _figure(figure: TomlTable, table: _Table | None) -> Benchmark:
    figure.refuse_unknown(_FIGURE_KEYS)
    statistic = _statistic(figure)
    band = figure.text("band") if statistic is Statistic.SHARE else ""
    if statistic is Statistic.MEAN and "band" in figure.values:
        figure.report("band", "a mean has no band")
    value, asked = _published(figure, table)
    if statistic is Statistic.SHARE and not 0 <= value <= _WHOLE:
        figure.report("value", f"{value:g} is no percentage from 0 to 100")
    return Benchmark(ItemCode(figure.text("item")), asked, statistic, band, value)


def _statistic(figure: TomlTable) -> Statistic:
    named = figure.text("statistic", default=Statistic.SHARE.value)
    if named not in set(Statistic):
        figure.report(
            "statistic",
            f"{named!r} is neither 'share' (percent of a band) nor 'mean' (scale points); Pulse "
            "publishes nothing else of a question",
        )
        return Statistic.SHARE
    return Statistic(named)


def _published(figure: TomlTable, table: _Table | None) -> tuple[float, str]:
    """Return value and question, as written in the pack or from the row of the table it names."""
    if "row" not in figure.values:
        return figure.number("value"), figure.text("asked")
    if "value" in figure.values:
        figure.report("value", "write the value here or name its row, one of them")
    key = figure.text("row")
    row = None if table is None else table.rows.get(key)
    if row is None or table is None:
        place = "the pack names no table" if table is None else f"{table.name} has no such row"
        figure.report("row", f"{key!r}: {place}")
        return 0.0, ""
    value = _number(row.value)
    if value is None:
        figure.report(
            "row",
            f"{table.name}, row {row.number}, {table.value_column}: {row.value!r} is no number; "
            "leave this figure out",
        )
        return 0.0, row.asked
    return value, figure.text("asked", default=row.asked)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _refuse_repeats(section: TomlTable, figures: Iterable[Benchmark]) -> None:
    seen: dict[tuple[str, str, str], int] = {}
    for number, figure in enumerate(figures, start=1):
        key = (figure.item, figure.statistic.value, figure.band)
        if key in seen:
            rule = f"this figure of {figure.item!r} stands in figures[{seen[key]}] already"
            section.report(f"figures[{number}]", rule)
        seen.setdefault(key, number)
