"""The items of a pack, from its TOML or from the CSV file that it names, under the same rules."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from surveys.instruments import Construct, ConstructCode, Item, ItemCode
from surveys.pack_paths import path_inside
from surveys.scales import Scale
from surveys.sheets import Problems, read_sheet
from surveys.toml_tables import TomlTable

CODE_LENGTH = 64
WORDING_LENGTH = 500
CODE_RULE = (
    f"use at most {CODE_LENGTH} letters a to z, digits and - _ . and begin with a letter or digit"
)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": False}
_CSV_KEYS = ("file", "columns", "scale", "item_prefix", "construct_prefix")
_COLUMN_KEYS = ("code", "construct", "scale", "reverse", "wording")
_ITEM_KEYS = (
    "code", "construct", "scale", "reverse", "wording",
    "source", "licence", "rotation", "benchmark",
)  # fmt: skip

Report = Callable[[str, str], None]
"""Takes the key of an item's part ("scale") and the rule it breaks."""


def is_code(text: str) -> bool:
    return _CODE.fullmatch(text) is not None


@dataclass(slots=True)
class ItemShelf:
    """The items of one pack as they are read, each checked against all before it."""

    source: str
    licence: str
    language: str
    scales: Mapping[str, Scale]
    constructs: Mapping[ConstructCode, Construct]
    items: list[Item] = field(default_factory=list)
    _codes: set[str] = field(default_factory=set)
    _scale_of: dict[ConstructCode, str] = field(default_factory=dict)

    def put(self, item: Item, report: Report) -> None:
        if not is_code(item.code):
            report("code", f"{item.code!r} is no code; {CODE_RULE}")
        elif item.code.casefold() in self._codes:
            report("code", f"the pack has the item {item.code!r} already")
        self._codes.add(item.code.casefold())
        if item.construct not in self.constructs:
            report("construct", f"the pack has no construct {item.construct!r}")
        if item.scale not in self.scales:
            report("scale", f"the pack has no scale {item.scale!r}")
        elif self._scale_of.setdefault(item.construct, item.scale) != item.scale:
            report(
                "scale",
                f"other items of the construct {item.construct!r} use the scale "
                f"{self._scale_of[item.construct]!r}; a mean over two scales would mislead, so "
                "give the items of each scale a construct of their own",
            )
        for language, text in item.wording.items():
            if not _LANGUAGE.fullmatch(language):
                report("wording", f"{language!r} is no language code such as en or cy")
            if not text or len(text) > WORDING_LENGTH:
                report("wording", f"a question has 1 to {WORDING_LENGTH} characters")
        self.items.append(item)


def put_listed_items(pack: TomlTable, shelf: ItemShelf) -> None:
    """Put every [[items]] of the pack on the shelf."""
    for table in pack.listed_tables("items"):
        table.refuse_unknown(_ITEM_KEYS)
        item = Item(
            code=ItemCode(table.text("code")),
            version=1,
            construct=ConstructCode(table.text("construct")),
            wording=_wording(table, shelf.language),
            scale=table.text("scale"),
            reverse_keyed=table.flag("reverse", default=False),
            source=table.text("source", default=shelf.source),
            licence=table.text("licence", default=shelf.licence),
            rotation=table.text("rotation", default=""),
            benchmark=table.text("benchmark", default=""),
        )
        shelf.put(item, table.report)


def _wording(table: TomlTable, language: str) -> dict[str, str]:
    if isinstance(table.values.get("wording"), Mapping):
        inner = table.table("wording")
        return {name: inner.text(name) for name in inner.values}
    return {language: table.text("wording")}


@dataclass(frozen=True, slots=True)
class CsvSource:
    """Where in which CSV file the parts of an item stand; "" is a column that is not there.

    A construct may be made of several columns, joined by hyphens. `fixed_scale` is the scale of
    every item where no column names it.
    """

    path: Path
    code: str
    construct: tuple[str, ...]
    wording: str
    scale: str
    reverse: str
    fixed_scale: str
    item_prefix: str
    construct_prefix: str

    @property
    def columns(self) -> tuple[str, ...]:
        names = (self.code, *self.construct, self.wording, self.scale, self.reverse)
        return tuple(dict.fromkeys(name for name in names if name))


def put_csv_items(pack: TomlTable, shelf: ItemShelf, *, folder: Path) -> None:
    """Put every row of the CSV file that the pack's [csv] names on the shelf.

    Raises:
        ImportRejected: the pack or the file breaks a rule.
    """
    if "csv" not in pack.values:
        return
    source = _csv_source(pack.table("csv"), folder)
    pack.problems.raise_if_any()
    sheet = read_sheet(source.path, required=source.columns)
    problems = Problems(source.path.name)
    for row, cells in sheet.rows(problems):
        by_column = dict(zip(sheet.columns, cells, strict=True))
        _put_row(row, by_column, source=source, shelf=shelf, problems=problems)
    problems.raise_if_any()


def _csv_source(table: TomlTable, folder: Path) -> CsvSource:
    table.refuse_unknown(_CSV_KEYS)
    columns = table.table("columns")
    columns.refuse_unknown(_COLUMN_KEYS)
    several = isinstance(columns.values.get("construct"), list)
    source = CsvSource(
        path=path_inside(table, folder),
        code=columns.text("code"),
        construct=columns.texts("construct") if several else (columns.text("construct"),),
        wording=columns.text("wording"),
        scale=columns.text("scale", default=""),
        reverse=columns.text("reverse", default=""),
        fixed_scale=table.text("scale", default=""),
        item_prefix=table.text("item_prefix", default=""),
        construct_prefix=table.text("construct_prefix", default=""),
    )
    if bool(source.scale) == bool(source.fixed_scale):
        table.report("scale", "name the scale here or its column in columns.scale, one of them")
    return source


def _put_row(
    row: int,
    cells: Mapping[str, str],
    *,
    source: CsvSource,
    shelf: ItemShelf,
    problems: Problems,
) -> None:
    columns = {
        "code": source.code,
        "construct": ", ".join(source.construct),
        "scale": source.scale or None,
        "reverse": source.reverse,
        "wording": source.wording,
    }

    def report(key: str, rule: str) -> None:
        problems.add(row, columns[key], rule)

    reverse = cells[source.reverse] if source.reverse else ""
    if reverse.casefold() not in _FLAGS:
        report("reverse", f"{reverse!r} is neither true nor false")
    construct = "-".join(cells[name] for name in source.construct)
    item = Item(
        code=ItemCode(source.item_prefix + cells[source.code]),
        version=1,
        construct=ConstructCode(source.construct_prefix + construct),
        wording={shelf.language: cells[source.wording]},
        scale=cells[source.scale] if source.scale else source.fixed_scale,
        reverse_keyed=_FLAGS.get(reverse.casefold(), False),
        source=shelf.source,
        licence=shelf.licence,
    )
    shelf.put(item, report)
