"""Which column of a file of historic responses holds what."""

from collections import Counter
from dataclasses import dataclass

from surveys.errors import SurveyError
from surveys.instruments import ItemCode
from surveys.policy import AnonymityPolicy, Breakdown


class ColumnMappingError(SurveyError):
    """The options do not say clearly which column holds what."""


@dataclass(frozen=True, slots=True)
class ItemColumn:
    """One column that holds the answers to one item."""

    column: str
    item: ItemCode

    @classmethod
    def parse(cls, text: str) -> "ItemColumn":
        """Return the mapping written as `COLUMN=ITEM`.

        The last equals sign divides, because a column's heading may hold one and a code may not.

        Raises:
            ColumnMappingError: a side is missing.
        """
        column, _, item = text.rpartition("=")
        if not column.strip() or not item.strip():
            raise ColumnMappingError(
                f"{text!r} does not name a column and an item; write for example --item Q1=workload"
            )
        return cls(column.strip(), ItemCode(item.strip()))


@dataclass(frozen=True, slots=True)
class BreakdownColumn:
    """One column that says how people answered one breakdown question of the policy."""

    column: str
    breakdown: str

    @classmethod
    def parse(cls, text: str) -> "BreakdownColumn":
        """Return the mapping written as `COLUMN=BREAKDOWN`; the last equals sign divides.

        Raises:
            ColumnMappingError: a side is missing.
        """
        column, _, breakdown = text.rpartition("=")
        if not column.strip() or not breakdown.strip():
            raise ColumnMappingError(
                f"{text!r} does not name a column and a breakdown; write for example "
                "--breakdown Job=role"
            )
        return cls(column.strip(), breakdown.strip())


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """The columns of a file. `date_format` is for strptime; None means ISO (2014-06-07)."""

    unit: str
    respondent: str
    date: str
    items: tuple[ItemColumn, ...]
    date_format: str | None = None
    breakdowns: tuple[BreakdownColumn, ...] = ()

    def __post_init__(self) -> None:
        if not self.items:
            raise ColumnMappingError(
                "name at least one item column, for example --item Q1=workload"
            )
        for what, names in (
            ("column", Counter(self.names)),
            ("item", Counter(str(question.item) for question in self.items)),
            ("breakdown", Counter(divided.breakdown for divided in self.breakdowns)),
        ):
            twice = [name for name, times in names.items() if times > 1]
            if twice:
                raise ColumnMappingError(f"the {what} {twice[0]!r} is named twice")

    @property
    def names(self) -> tuple[str, ...]:
        """All columns in the order in which chunks hold them."""
        answers = (question.column for question in self.items)
        breakdowns = (divided.column for divided in self.breakdowns)
        return (self.unit, self.respondent, self.date, *answers, *breakdowns)

    def declared(self, policy: AnonymityPolicy) -> tuple[Breakdown, ...]:
        """Return the policy's breakdown of each breakdown column, in the order of the columns.

        Raises:
            ColumnMappingError: the policy does not declare one of them.
        """
        known = {breakdown.code: breakdown for breakdown in policy.breakdowns}
        for divided in self.breakdowns:
            if divided.breakdown not in known:
                turned = " The column comes first." if divided.column in known else ""
                raise ColumnMappingError(
                    f"the anonymity policy declares no breakdown {divided.breakdown!r}; it "
                    f"declares: {', '.join(known) or 'none'}.{turned}"
                )
        return tuple(known[divided.breakdown] for divided in self.breakdowns)
