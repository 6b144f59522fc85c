"""Instruments as canonical JSON, the form in which the registry keeps imported packs."""

import json
from dataclasses import asdict
from typing import NotRequired, TypedDict

from surveys.canonical import canonical_json
from surveys.instruments import (
    Benchmark,
    Benchmarks,
    Construct,
    ConstructCode,
    Instrument,
    Item,
    ItemCode,
    Statistic,
)
from surveys.scales import Band, Scale


class _ScaleDocument(TypedDict):
    labels: list[str]
    bands: list[tuple[str, int, int]]
    unscored: list[str]


class _ConstructDocument(TypedDict):
    name: str
    ask_lower: str
    ask_higher: str


class _ItemDocument(TypedDict):
    code: str
    version: int
    construct: str
    wording: dict[str, str]
    scale: str
    reverse_keyed: bool
    source: str
    licence: str
    rotation: str
    benchmark: str


class _FigureDocument(TypedDict):
    item: str
    asked: str
    statistic: str
    band: str
    value: str


class _BenchmarksDocument(TypedDict):
    survey: str
    year: int
    sector: str
    summary: str
    figures: list[_FigureDocument]


class _Document(TypedDict):
    code: str
    name: str
    source: str
    licence: str
    permission: str
    scales: dict[str, _ScaleDocument]
    constructs: dict[str, _ConstructDocument]
    items: list[_ItemDocument]
    benchmarks: NotRequired[_BenchmarksDocument]


def instrument_document(instrument: Instrument) -> str:
    """Return the instrument as canonical JSON: equal instruments give equal text."""
    return canonical_json(
        {
            "code": instrument.code,
            "name": instrument.name,
            "source": instrument.source,
            "licence": instrument.licence,
            "permission": instrument.permission,
            "scales": {
                code: {
                    "labels": scale.labels,
                    "bands": [(band.name, band.first, band.last) for band in scale.bands],
                    "unscored": scale.unscored,
                }
                for code, scale in instrument.scales.items()
            },
            "constructs": {
                code: {
                    "name": construct.name,
                    "ask_lower": construct.ask_lower,
                    "ask_higher": construct.ask_higher,
                }
                for code, construct in instrument.constructs.items()
            },
            "items": [asdict(item) for item in instrument.items],
            **_benchmarks_document(instrument.benchmarks),
        }
    )


def _benchmarks_document(found: Benchmarks | None) -> dict[str, object]:
    """Return the part about benchmarks: nothing where there are none, so that older texts stay."""
    if found is None:
        return {}
    # A fraction would not be canonical: how it is written differs between programs.
    figures = [asdict(each) | {"value": repr(each.value)} for each in found.figures]
    return {"benchmarks": {**asdict(found), "figures": figures}}


def instrument_of(document: str) -> Instrument:
    """Return the instrument of a text that `instrument_document` made."""
    values: _Document = json.loads(document)
    return Instrument(
        code=values["code"],
        name=values["name"],
        source=values["source"],
        licence=values["licence"],
        permission=values["permission"],
        scales={code: _scale(code, scale) for code, scale in values["scales"].items()},
        constructs={
            ConstructCode(code): Construct(ConstructCode(code), **construct)
            for code, construct in values["constructs"].items()
        },
        items=tuple(_item(item) for item in values["items"]),
        benchmarks=_benchmarks(values["benchmarks"]) if "benchmarks" in values else None,
    )


def _benchmarks(values: _BenchmarksDocument) -> Benchmarks:
    return Benchmarks(
        survey=values["survey"],
        year=values["year"],
        sector=values["sector"],
        summary=values["summary"],
        figures=tuple(
            Benchmark(
                ItemCode(each["item"]),
                each["asked"],
                Statistic(each["statistic"]),
                each["band"],
                float(each["value"]),
            )
            for each in values["figures"]
        ),
    )


def _scale(code: str, values: _ScaleDocument) -> Scale:
    low, middle, high = (Band(*band) for band in values["bands"])
    return Scale(code, tuple(values["labels"]), (low, middle, high), tuple(values["unscored"]))


def _item(values: _ItemDocument) -> Item:
    return Item(
        code=ItemCode(values["code"]),
        version=values["version"],
        construct=ConstructCode(values["construct"]),
        wording=values["wording"],
        scale=values["scale"],
        reverse_keyed=values["reverse_keyed"],
        source=values["source"],
        licence=values["licence"],
        rotation=values["rotation"],
        benchmark=values["benchmark"],
    )
