"""Items, constructs and instruments: what is asked, what it stands for, and who may use it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from surveys.scales import Scale

ItemCode = NewType("ItemCode", str)
ConstructCode = NewType("ConstructCode", str)

OWN_CODE = "own"
"""The instrument of the organisation's own questions; their codes begin with it and a hyphen."""


@dataclass(frozen=True, slots=True)
class Construct:
    """What a group of items stands for; shown as one measure (the mean of its item means).

    `ask_lower` and `ask_higher` are the questions to ask in person after a signal.
    """

    code: ConstructCode
    name: str
    ask_lower: str
    ask_higher: str


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `wording` maps a language code to its text; `rotation` is "" for an anchor."""

    code: ItemCode
    version: int
    construct: ConstructCode
    wording: Mapping[str, str]
    scale: str
    reverse_keyed: bool
    source: str
    licence: str
    rotation: str = ""
    benchmark: str = ""


class Statistic(StrEnum):
    """What Pulse publishes of an item, and so the only things that can stand beside it."""

    SHARE = "share"  # percent of scored answers in one of the scale's bands, as asked
    MEAN = "mean"  # scale points, 1 is the lowest answer


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A published figure of other people on an item of ours, as context and never as a measure.

    `asked` is the question that they were asked. `value` is in percent (0 to 100) for a share of
    the band named `band`, else in scale points and `band` is "".
    """

    item: ItemCode
    asked: str
    statistic: Statistic
    band: str
    value: float


@dataclass(frozen=True, slots=True)
class Benchmarks:
    """The figures that one survey published for one year: who answered, and what was summarised.

    `summary` says of what a figure is, such as "median of organisations".
    """

    survey: str
    year: int
    sector: str
    summary: str
    figures: tuple[Benchmark, ...]


@dataclass(frozen=True, slots=True)
class Instrument:
    """A set of items with their scales and constructs, from the library or from a pack.

    `permission` says in words on what ground this organisation may use it. A pack may bring
    `benchmarks` for its own items and for those of other instruments; it may bring nothing else.
    """

    code: str
    name: str
    source: str
    licence: str
    scales: Mapping[str, Scale]
    constructs: Mapping[ConstructCode, Construct]
    items: tuple[Item, ...]
    permission: str = ""
    benchmarks: Benchmarks | None = None

    def __post_init__(self) -> None:
        codes = [item.code for item in self.items]
        if len(set(codes)) != len(codes):
            raise ValueError(f"instrument {self.code!r} has one item code twice")
        scale_of: dict[ConstructCode, str] = {}
        for item in self.items:
            if item.scale not in self.scales:
                raise ValueError(f"item {item.code!r} names the unknown scale {item.scale!r}")
            if item.construct not in self.constructs:
                raise ValueError(
                    f"item {item.code!r} names the unknown construct {item.construct!r}"
                )
            if scale_of.setdefault(item.construct, item.scale) != item.scale:
                raise ValueError(f"construct {item.construct!r} mixes two scales; a mean would lie")
