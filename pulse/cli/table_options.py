"""The options of commands that work on a table in a file: its columns and its rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import TypeVar

import click

from analysis.disclosure.rules import Rules
from analysis.frequency_table_files import Crossing, TableColumns

_Result = TypeVar("_Result")

_OPTIONS = (
    click.option("--tree", default="", help="Columns of the tree, from the top down: a,b,c."),
    click.option(
        "--breakdowns", default="", help="Columns of the breakdowns, such as role,tenure."
    ),
    click.option(
        "--crossing",
        "crossings",
        multiple=True,
        metavar="A,B@DEPTHS",
        help="Cross two breakdowns at some depths, such as role,tenure@0,1 where 0 is the whole.",
    ),
    click.option("--count", default="", help="Column with the number of people in each row."),
    click.option("--k", type=click.IntRange(min=1), help="Fewest people behind any figure."),
    click.option(
        "--colluders",
        type=click.IntRange(min=0),
        default=0,
        help="People who may pool what they know of themselves; 0 without.",
    ),
)


@dataclass(frozen=True, slots=True)
class TableOptions:
    """What was said about a table, word for word."""

    tree: str
    breakdowns: str
    crossings: tuple[str, ...]
    count: str
    k: int | None
    colluders: int

    @property
    def are_given(self) -> bool:
        return bool(self.tree or self.breakdowns or self.crossings or self.count or self.k)

    def columns(self) -> TableColumns:
        """Return the columns named.

        Raises:
            click.UsageError: an option that is needed is absent.
            TableColumnsError: the columns contradict each other.
        """
        if not self.tree:
            raise click.UsageError("Missing option '--tree'.")
        if not self.count:
            raise click.UsageError("Missing option '--count'.")
        crossings = tuple(Crossing.parse(text) for text in self.crossings)
        return TableColumns(
            _names(self.tree), _names(self.breakdowns), self.count.strip(), crossings
        )

    def rules(self) -> Rules:
        """Return the rules; click.UsageError if k was not said."""
        if self.k is None:
            raise click.UsageError("Missing option '--k'.")
        return Rules(self.k, self.colluders)


def table_options(command: Callable[..., _Result]) -> Callable[..., _Result]:
    """Add these options to a command, which gets them as its argument `options`."""

    @wraps(command)
    def gathered(
        *,
        tree: str,
        breakdowns: str,
        crossings: Sequence[str],
        count: str,
        k: int | None,
        colluders: int,
        **others: object,
    ) -> _Result:
        options = TableOptions(tree, breakdowns, tuple(crossings), count, k, colluders)
        return command(options=options, **others)

    decorated: Callable[..., _Result] = gathered
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",")) if text else ()
