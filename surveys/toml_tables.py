"""Typed reading of TOML tables that people write, with every mistake named by its key path."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveys.sheets import Problems


@dataclass(frozen=True, slots=True)
class TomlTable:
    """One table of a TOML document; `path` is where it stands ("" for the document itself).

    Each reader adds a problem and returns an empty value where something is wrong, so that one
    run finds all mistakes; the caller ends with `Problems.raise_if_any`.
    """

    path: str
    values: Mapping[str, object]
    problems: Problems

    def key(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def report(self, name: str, rule: str) -> None:
        self.problems.add(None, self.key(name), rule)

    def refuse_unknown(self, allowed: Sequence[str]) -> None:
        """Report each key that is not allowed, so that a misspelt one is not passed over."""
        for name in self.values:
            if name not in allowed:
                self.report(name, f"unknown key; the keys here are {', '.join(allowed)}")

    def text(self, name: str, *, default: str | None = None) -> str:
        """Return a text without white space around it; without a default it must say something."""
        value = self.values.get(name, default)
        if value is None:
            self.report(name, "this key is missing")
        elif not isinstance(value, str):
            self.report(name, "this must be text in quotation marks")
        elif default is None and not value.strip():
            self.report(name, "this text is empty")
        else:
            return value.strip()
        return ""

    def texts(self, name: str, *, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self.values.get(name, default)
        if value is None:
            self.report(name, "this key is missing")
        elif not isinstance(value, Sequence) or isinstance(value, str):
            self.report(name, "this must be a list of texts")
        elif not all(isinstance(text, str) and text.strip() for text in value):
            self.report(name, "every entry of this list must be text in quotation marks")
        else:
            return tuple(str(text).strip() for text in value)
        return ()

    def whole_number(self, name: str) -> int:
        value = self.values.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self.report(name, "this key is missing" if value is None else "this must be a whole number")
        return 0

    def number(self, name: str) -> float:
        value = self.values.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        self.report(name, "this key is missing" if value is None else "this must be a number")
        return 0.0

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.values.get(name, default)
        if not isinstance(value, bool):
            self.report(name, "this must be true or false")
            return default
        return value

    def table(self, name: str) -> "TomlTable":
        """Return the table of that name, empty where it is missing or something else."""
        value = self.values.get(name)
        if value is None:
            self.report(name, "this table is missing")
        elif not isinstance(value, Mapping):
            self.report(name, "this must be a table")
        else:
            return TomlTable(self.key(name), value, self.problems)
        return TomlTable(self.key(name), {}, self.problems)

    def named_tables(self, name: str) -> Mapping[str, "TomlTable"]:
        """Return the tables inside the table of that name, such as every [scales.…]."""
        outer = self.table(name)
        return {inner: outer.table(inner) for inner in outer.values}

    def listed_tables(self, name: str) -> tuple["TomlTable", ...]:
        """Return the tables of a list, such as every [[items]]; counted from 1 in key paths."""
        value = self.values.get(name, ())
        if not isinstance(value, Sequence) or isinstance(value, str):
            self.report(name, f"this must be a list of tables, each begun with [[{name}]]")
            return ()
        tables = []
        for number, entry in enumerate(value, start=1):
            if isinstance(entry, Mapping):
                tables.append(TomlTable(f"{self.key(name)}[{number}]", entry, self.problems))
            else:
                self.report(f"{name}[{number}]", "this must be a table")
        return tuple(tables)
