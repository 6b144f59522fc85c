"""How a pattern came about: what the sealed certificate keeps and a verifier can follow."""

from dataclasses import dataclass
from enum import StrEnum

from analysis.disclosure.witnesses import Witness


class Method(StrEnum):
    """Why a cell may be shown."""

    TREE = "tree"
    """It belongs to the heaviest pattern of unit totals in which every residue is 0 or >= k."""
    FLOW = "flow"
    """No cut that its showing adds is narrower than k."""
    CLOSURE = "closure"
    """It has k respondents or more and follows from the cells shown before it."""
    WITNESSES = "witnesses"
    """Fewer than k people do not meet all its witnesses."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A cell that is shown; `block`, `unit` and `category` are its places in the table.

    With several demographics, `witnesses` are those that prove it, or `derivation` gives a cell
    that follows as cells shown before it, each with the whole number to take it by.
    """

    block: int
    unit: int
    category: int
    method: Method
    witnesses: tuple[Witness, ...] = ()
    derivation: tuple[tuple[tuple[int, int, int], int], ...] = ()


@dataclass(frozen=True, slots=True)
class BlockAccount:
    """How many cells of a block might be shown, were inserted, and were closed.

    A candidate has k respondents or more and lies at a depth where the block is shown. Cells that
    follow from others are closed: they are shown because hiding them would protect nobody.
    """

    candidates: int
    inserted: int
    closed: int


@dataclass(frozen=True, slots=True)
class Account:
    """Made by the engine of version `engine`; a block account per block of the table.

    `decisions` are in an order in which the cells can be shown one after the other, each by its
    method on the strength of those before it.
    """

    engine: str
    blocks: tuple[BlockAccount, ...]
    decisions: tuple[Decision, ...]
