"""Reading an instrument pack: a TOML file with source, licence, scales, constructs and items.

It may bring published figures of other surveys as well, or alone.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from surveys.instruments import Construct, ConstructCode, Instrument
from surveys.pack_benchmarks import read_benchmarks
from surveys.pack_items import CODE_RULE, ItemShelf, is_code, put_csv_items, put_listed_items
from surveys.scales import Band, Scale
from surveys.sheets import ImportRejected, Problem, Problems
from surveys.toml_tables import TomlTable

FORMAT = 1
BANDS = 3
_PACK_KEYS = (
    "format", "code", "name", "source", "licence", "permission", "language",
    "scales", "constructs", "items", "csv", "benchmarks",
)  # fmt: skip


def read_pack(path: Path) -> Instrument:
    """Return the instrument that a pack describes; every item has version 1.

    Raises:
        ImportRejected: the pack cannot be read or breaks a rule; each problem names its key path
            or, in a CSV file that the pack names, its row and column.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise _rejected(path.name, f"the pack cannot be opened: {reason}") from error
    except UnicodeDecodeError as error:
        raise _rejected(path.name, "the pack is not a text file in UTF-8") from error
    return parse_pack(text, name=path.name, folder=path.parent)


def parse_pack(text: str, *, name: str, folder: Path) -> Instrument:
    """Return the instrument of a pack's text; a CSV file that it names lies in the folder.

    Raises:
        ImportRejected: as `read_pack`.
    """
    problems = Problems(name)
    pack = TomlTable("", _toml_values(text, name), problems)
    pack.refuse_unknown(_PACK_KEYS)
    if pack.values.get("format") != FORMAT:
        pack.report("format", f"write format = {FORMAT}; this version of Pulse reads no other")
    _require_licence(pack)
    code = pack.text("code")
    if code and not is_code(code):
        pack.report("code", f"{code!r} is no code; {CODE_RULE}")
    shelf = ItemShelf(
        source=pack.text("source"),
        licence=pack.text("licence", default=""),
        language=pack.text("language", default="en"),
        scales={name: _scale(name, table) for name, table in _named(pack, "scales").items()},
        constructs=_constructs(pack),
    )
    put_listed_items(pack, shelf)
    put_csv_items(pack, shelf, folder=folder)
    benchmarks = read_benchmarks(pack, folder=folder)
    if not shelf.items and benchmarks is None:
        pack.report("items", "the pack holds no item")
    display_name, permission = pack.text("name"), pack.text("permission")
    problems.raise_if_any()
    return Instrument(
        code=code,
        name=display_name,
        source=shelf.source,
        licence=shelf.licence,
        scales=shelf.scales,
        constructs=shelf.constructs,
        items=tuple(shelf.items),
        permission=permission,
        benchmarks=benchmarks,
    )


def _toml_values(text: str, name: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _rejected(name, f"this is not TOML: {error}") from error


def _require_licence(pack: TomlTable) -> None:
    licence = pack.values.get("licence")
    if not isinstance(licence, str) or not licence.strip():
        pack.report(
            "licence",
            "a pack without a licence cannot be imported; write under which licence or "
            "agreement your organisation uses these questions",
        )


def _named(pack: TomlTable, name: str) -> Mapping[str, TomlTable]:
    """Return the tables of that name; a pack that brings benchmarks alone has none."""
    if name not in pack.values and "benchmarks" in pack.values and "items" not in pack.values:
        return {}
    return pack.named_tables(name)


def _constructs(pack: TomlTable) -> dict[ConstructCode, Construct]:
    found: dict[ConstructCode, Construct] = {}
    for name, table in _named(pack, "constructs").items():
        table.refuse_unknown(("name", "ask_lower", "ask_higher"))
        if not is_code(name):
            pack.report(f"constructs.{name}", f"{name!r} is no code; {CODE_RULE}")
        code = ConstructCode(name)
        found[code] = Construct(
            code, table.text("name"), table.text("ask_lower"), table.text("ask_higher")
        )
    return found


def _scale(code: str, table: TomlTable) -> Scale:
    """Return the scale, or a harmless one in its place once its mistakes are reported."""
    table.refuse_unknown(("labels", "bands", "unscored"))
    labels = table.texts("labels")
    unscored = table.texts("unscored", default=())
    bands = [
        Band(band.text("name"), band.whole_number("first"), band.whole_number("last"))
        for band in table.listed_tables("bands")
    ]
    if len(bands) != BANDS:
        table.report("bands", f"a scale has exactly three bands; there are {len(bands)}")
    elif labels:
        try:
            return Scale(code, labels, (bands[0], bands[1], bands[2]), unscored)
        except ValueError as error:
            table.problems.add(None, table.path, str(error))
    harmless = (Band("low", 1, 1), Band("middle", 2, 2), Band("high", 3, 3))
    return Scale(code, ("low", "middle", "high"), harmless)


def _rejected(name: str, rule: str) -> ImportRejected:
    return ImportRejected(name, [Problem(None, None, rule)])
