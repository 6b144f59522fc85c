"""How a file of workforce figures is laid out: Pulse's own way, or another's by a mapping file.

A mapping is TOML that people write: which column means what, which rows count, which codes of
units became which. Mappings that come with Pulse lie in `analysis/layouts`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from analysis.workforce_figures import Figure
from analysis.workforce_periods import PeriodKind
from surveys.canonical import sha256_hex
from surveys.sheets import Problems
from surveys.toml_tables import TomlTable

_SHIPPED = Path(__file__).with_name("layouts")
_KEYS = ("name", "unit", "period", "rows", "figures")
OWN_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "unit code": "unit",
        "unit_code": "unit",
        "month": "period",
        "date": "period",
        "time_period": "period",
        "time_identifier": "period_kind",
        "head count": "headcount",
        "head_count": "headcount",
        "in post": "headcount",
        "in_post": "headcount",
        "headcount_fte": "in_post_fte",
        "agency workers": "agency",
        "days lost": "days_lost",
        "days_lost_fte": "days_lost",
    }
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in a file.

    `kind` is the kind of all periods, "" where a column or the period itself says it. `rows`
    gives for some columns the only texts with which a row counts. `renumbered` gives the present
    code of a unit for one that it had before.
    """

    name: str
    unit: str
    period: str
    kind_column: str | None
    kind: str
    figures: Mapping[Figure, str]
    rows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    renumbered: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""


OWN_LAYOUT = Layout(
    name="",
    unit="unit",
    period="period",
    kind_column="period_kind",
    kind="",
    figures=MappingProxyType({figure: figure.value for figure in Figure}),
    aliases=OWN_ALIASES,
)


def shipped_layouts() -> Mapping[str, str]:
    """Return what each mapping that comes with Pulse is for, by the name it is asked for with."""
    return {
        path.stem: str(tomllib.loads(path.read_text("utf-8"))["name"])
        for path in sorted(_SHIPPED.glob("*.toml"))
    }


def layout_of(asked: str) -> Layout:
    """Return Pulse's own layout for "", a shipped mapping by name, or the mapping in a file.

    Raises:
        ImportRejected: there is no such mapping, or it is wrong, by key and rule.
    """
    if not asked:
        return OWN_LAYOUT
    shipped = shipped_layouts()
    if asked in shipped:
        return read_layout((_SHIPPED / f"{asked}.toml").read_text("utf-8"), name=asked)
    path = Path(asked)
    problems = Problems(path.name)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeError):
        known = ", ".join(shipped)
        problems.add(None, None, f"no such mapping; write the name of a file, or one of: {known}")
        problems.raise_if_any()
        raise
    return read_layout(text, name=path.name)


def read_layout(text: str, *, name: str) -> Layout:
    """Return the layout that a mapping describes.

    Raises:
        ImportRejected: it is no TOML, lacks a key, has an unknown one, or a wrong value.
    """
    problems = Problems(name)
    document: Mapping[str, object] = {}
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problems.add(None, None, f"this is no TOML: {error}")
        problems.raise_if_any()
    table = TomlTable("", document, problems)
    table.refuse_unknown(_KEYS)
    unit, period = table.table("unit"), table.table("period")
    unit.refuse_unknown(("column", "renumbered"))
    period.refuse_unknown(("column", "kind", "kind_column"))
    layout = Layout(
        name=table.text("name"),
        unit=unit.text("column"),
        period=period.text("column"),
        kind_column=period.text("kind_column", default="") or None,
        kind=_kind(period),
        figures=_figures(table.table("figures")),
        rows=_rows(table),
        renumbered=_renumbered(unit),
        sha256=sha256_hex(text),
    )
    problems.raise_if_any()
    return layout


def _kind(period: TomlTable) -> str:
    kind = period.text("kind", default="")
    if kind and kind not in set(PeriodKind):
        period.report("kind", f"write one of: {', '.join(PeriodKind)}")
    if kind and "kind_column" in period.values:
        period.report("kind", "say the kind here or by a column, not both")
    return kind


def _figures(table: TomlTable) -> Mapping[Figure, str]:
    table.refuse_unknown(tuple(Figure))
    found = {figure: table.text(figure) for figure in Figure if figure in table.values}
    if not found.keys() & {Figure.HEADCOUNT, Figure.IN_POST_FTE}:
        table.report(Figure.HEADCOUNT, "name the column of people in post, or in_post_fte")
    for column in sorted({each for each in found.values() if list(found.values()).count(each) > 1}):
        table.problems.add(None, table.path, f"the column {column!r} stands for two figures")
    return found


def _rows(table: TomlTable) -> Mapping[str, tuple[str, ...]]:
    if "rows" not in table.values:
        return {}
    rows = table.table("rows")
    return {column: rows.texts(column) for column in rows.values}


def _renumbered(unit: TomlTable) -> Mapping[str, str]:
    if "renumbered" not in unit.values:
        return {}
    codes = unit.table("renumbered")
    return {old: codes.text(old) for old in codes.values}
