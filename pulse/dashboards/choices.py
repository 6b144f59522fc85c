"""What a reader may choose in a form that needs no script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulse.dashboards.scope import Scope
from surveys.units import UnitCode

_SET_IN = "\N{EM SPACE}"


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a select."""

    value: str
    words: str
    is_chosen: bool


def options_of(words: Mapping[str, str], chosen: str) -> tuple[Option, ...]:
    """Return the options in the given order; `chosen` is one of the keys."""
    return tuple(Option(value, text, value == chosen) for value, text in words.items())


def unit_options(scope: Scope, units: Sequence[UnitCode], chosen: UnitCode) -> tuple[Option, ...]:
    """Return the choice among units, at least one, each set in by its level below the highest."""
    highest = min(scope.tree.depth(code) for code in units)
    words: dict[str, str] = {
        code: _SET_IN * (scope.tree.depth(code) - highest) + scope.name(code) for code in units
    }
    return options_of(words, chosen)
