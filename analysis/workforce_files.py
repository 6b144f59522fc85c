"""Reading a file of workforce figures and checking it, row by row, against the unit trees."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analysis.workforce_figures import Figure, Figures, Missing, Value, value_of
from analysis.workforce_layouts import OWN_LAYOUT, Layout
from analysis.workforce_periods import Period, period_of
from surveys.errors import StateError
from surveys.months import Month
from surveys.sheets import Problems, Sheet, read_sheet
from surveys.units import UnitCode, UnitTree

WITHDRAWN = "withdrawn"
"""Written as people in post: the unit has no figures for this period any more."""

TreeOfMonth = Callable[[Month], UnitTree]
"""Gives the unit tree of a month; raises StateError where there is none."""


@dataclass(frozen=True, slots=True)
class WorkforceMonth:
    """People in post in a month, and those of them who left in it."""

    headcount: int
    leavers: int


FigureKey = tuple[UnitCode, Period]


@dataclass(frozen=True, slots=True)
class WorkforceFile:
    """The figures of one file; `sha256` is of the file as it lies on disk.

    `row_of` tells where each unit and period stands; `titles` are the columns as the file names
    them, by figure. `withdrawn` are units and periods that shall have no figures any more.
    `inner_units` are the units that have units below them, in the order of their codes. `missing`
    counts the symbols that stand for numbers, `passed_over` the rows that the layout leaves out,
    `ignored` names the columns that nobody asked for.
    """

    sha256: str
    figures: Mapping[FigureKey, Figures]
    withdrawn: frozenset[FigureKey]
    row_of: Mapping[FigureKey, int]
    titles: Mapping[Figure, str]
    period_title: str
    inner_units: tuple[UnitCode, ...]
    missing: Mapping[Missing, int]
    passed_over: int
    ignored: tuple[str, ...]


def read_workforce(
    path: Path,
    tree_of: TreeOfMonth,
    layout: Layout = OWN_LAYOUT,
    *,
    problems: Problems | None = None,
) -> WorkforceFile:
    """Return the figures of a CSV file with a row for each unit and period.

    Args:
        path: of the file.
        tree_of: gives each month's tree; a unit must stand in that of its period's last month.
        layout: where things stand in the file.
        problems: takes the wrong rows, so that the caller can add what it finds and raise all at
            once; without it, wrong rows are raised here.

    Raises:
        ImportRejected: the file cannot be read, or a row breaks a rule.
    """
    columns = _Columns.of(path, layout)
    found = Problems(path.name) if problems is None else problems
    reader = _Reader(columns, found, tree_of)
    for row, cells in columns.sheet.rows(found):
        reader.take(row, cells)
    if problems is None or not reader.row_of:
        found.raise_if_any()
    if not reader.row_of:
        found.add(None, None, "the file holds no figures; write a row per unit and period")
        found.raise_if_any()
    return _file_of(columns, reader)


def _file_of(columns: "_Columns", reader: "_Reader") -> WorkforceFile:
    return WorkforceFile(
        sha256=columns.sheet.sha256,
        figures=reader.figures,
        withdrawn=frozenset(reader.withdrawn),
        row_of=reader.row_of,
        titles={figure: columns.titles[place] for figure, place in columns.figures.items()},
        period_title=columns.titles[columns.period],
        inner_units=tuple(sorted(reader.inner_units)),
        missing=dict(reader.missing),
        passed_over=reader.passed_over,
        ignored=columns.ignored,
    )


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a layout's columns stand among the cells of a row; only those that the file has."""

    sheet: Sheet
    layout: Layout
    titles: tuple[str, ...]  # of the cells, as the file writes them
    unit: int
    period: int
    kind: int | None
    figures: Mapping[Figure, int]
    filters: Mapping[int, tuple[str, ...]]
    ignored: tuple[str, ...]

    @classmethod
    def of(cls, path: Path, layout: Layout) -> "_Columns":
        is_own = layout is OWN_LAYOUT
        needed = (layout.unit, layout.period)
        figures = tuple(dict.fromkeys(layout.figures.values()))
        kinds = () if layout.kind_column is None else (layout.kind_column,)
        filters = tuple(each for each in layout.rows if each not in {*needed, *figures, *kinds})
        optional = (*kinds, *figures)
        # A mapping names columns that are there; Pulse's own layout has many that need not be.
        sheet = read_sheet(
            path,
            required=(*needed, *filters) if is_own else (*needed, *filters, *optional),
            optional=optional if is_own else (),
            aliases=layout.aliases,
        )
        place = {name: number for number, name in enumerate(sheet.columns)}
        there = [
            name if at is None else sheet.header[at].strip()
            for name, at in zip(sheet.columns, sheet.places, strict=True)
        ]
        has = {name for name, at in zip(sheet.columns, sheet.places, strict=True) if at is not None}
        used = {at for at in sheet.places if at is not None}
        found = {each: place[title] for each, title in layout.figures.items() if title in has}
        _refuse_no_people(path, sheet, found)
        return cls(
            sheet=sheet,
            layout=layout,
            titles=tuple(there),
            unit=place[layout.unit],
            period=place[layout.period],
            kind=place[kinds[0]] if kinds and kinds[0] in has else None,
            figures=found,
            filters={place[name]: texts for name, texts in layout.rows.items()},
            ignored=tuple(
                title for at, title in enumerate(sheet.header) if at not in used and title.strip()
            ),
        )


def _refuse_no_people(path: Path, sheet: Sheet, found: Mapping[Figure, int]) -> None:
    if not found.keys() & {Figure.HEADCOUNT, Figure.IN_POST_FTE}:
        problems = Problems(path.name)
        titles = ", ".join(title.strip() for title in sheet.header if title.strip())
        rule = f"this column or in_post_fte is missing; the columns found are: {titles}"
        problems.add(1, Figure.HEADCOUNT, rule)
        problems.raise_if_any()


@dataclass(slots=True)
class _Reader:
    """Takes rows one by one; remembers periods and trees, which come back in many rows."""

    columns: _Columns
    problems: Problems
    tree_of: TreeOfMonth
    figures: dict[FigureKey, Figures] = field(default_factory=dict)
    withdrawn: set[FigureKey] = field(default_factory=set)
    row_of: dict[FigureKey, int] = field(default_factory=dict)
    inner_units: set[UnitCode] = field(default_factory=set)
    missing: Counter[Missing] = field(default_factory=Counter)
    passed_over: int = 0
    _periods: dict[tuple[str, str], Period] = field(default_factory=dict)
    _trees: dict[Month, UnitTree | StateError] = field(default_factory=dict)

    def take(self, row: int, cells: Sequence[str]) -> None:
        columns = self.columns
        if any(cells[place] not in texts for place, texts in columns.filters.items()):
            self.passed_over += 1
            return
        kind = "" if columns.kind is None else cells[columns.kind]
        period = self._period(row, cells[columns.period], kind or columns.layout.kind)
        unit = self._unit(row, cells[columns.unit], period=period)
        is_withdrawn = self._says_withdrawn(cells)
        figures = {} if is_withdrawn else self._figures(row, cells)
        if period is None or unit is None or figures is None:
            return
        first = self.row_of.setdefault((unit, period), row)
        if first != row:
            rule = f"{unit!r} has a row for {period} already, row {first}; keep one"
            self.problems.add(row, columns.titles[columns.period], rule)
        if is_withdrawn:
            self.withdrawn.add((unit, period))
        else:
            self.figures[unit, period] = figures
            self.missing.update(v for v in figures.values() if isinstance(v, Missing))

    def _says_withdrawn(self, cells: Sequence[str]) -> bool:
        posts = (Figure.HEADCOUNT, Figure.IN_POST_FTE)
        return any(
            cells[self.columns.figures[each]] == WITHDRAWN
            for each in posts
            if each in self.columns.figures
        )

    def _period(self, row: int, written: str, kind: str) -> Period | None:
        known = self._periods.get((written, kind))
        if known is not None:
            return known
        try:
            period = period_of(written, kind)
        except ValueError as error:
            self.problems.add(row, self.columns.titles[self.columns.period], str(error))
            return None
        self._periods[written, kind] = period
        return period

    def _unit(self, row: int, code: str, *, period: Period | None) -> UnitCode | None:
        title = self.columns.titles[self.columns.unit]
        if not code:
            self.problems.add(row, title, "this cell is empty; write the code of a unit")
            return None
        if period is None:
            return None
        tree = self._tree(period.last)
        if isinstance(tree, StateError):
            self.problems.add(row, self.columns.titles[self.columns.period], str(tree))
            return None
        unit = UnitCode(code)
        if unit not in tree:
            unit = UnitCode(self.columns.layout.renumbered.get(code, code))
        if unit not in tree:
            self.problems.add(row, title, f"no unit had the code {code!r} in {period.last}")
            return None
        if tree.children(unit):
            self.inner_units.add(unit)
        return unit

    def _figures(self, row: int, cells: Sequence[str]) -> Figures | None:
        """Return what the row gives; None where a cell is wrong. An empty cell gives nothing."""
        found: dict[Figure, Value] = {}
        is_right = True
        for figure, place in self.columns.figures.items():
            if not cells[place]:
                continue
            try:
                found[figure] = value_of(figure, cells[place])
            except ValueError as error:
                self.problems.add(row, self.columns.titles[place], str(error))
                is_right = False
        if is_right and not found.keys() & {Figure.HEADCOUNT, Figure.IN_POST_FTE}:
            rule = "an empty cell is no number of people; write how many were in post"
            self.problems.add(row, self._title_of_people(), rule)
            is_right = False
        return found if is_right else None

    def _title_of_people(self) -> str:
        place = self.columns.figures.get(Figure.HEADCOUNT)
        if place is None:
            place = self.columns.figures[Figure.IN_POST_FTE]
        return self.columns.titles[place]

    def _tree(self, month: Month) -> UnitTree | StateError:
        if month not in self._trees:
            try:
                self._trees[month] = self.tree_of(month)
            except StateError as error:
                self._trees[month] = error
        return self._trees[month]
