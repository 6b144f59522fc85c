"""The texts that a release is stored as, their way back to values, and their hashes.

All are canonical JSON: equal values give equal bytes.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import TypedDict

from analysis.questionnaire_documents import questionnaire_document, read_questionnaire
from analysis.release import (
    NOT_ASKED,
    QuestionnaireFigures,
    ReleasedBreakdown,
    ReleasedBreakdowns,
    ReleasedItem,
    SelfAttack,
    Source,
    SpreadBasis,
)
from surveys.canonical import canonical_json, sha256_hex
from surveys.instruments import ConstructCode, ItemCode
from surveys.months import Month
from surveys.units import Unit, UnitCode, UnitTree


@dataclass(frozen=True, slots=True)
class ReleaseHeader:
    """What goes for every cell of a release.

    `coarse` says that all shares have 10-point steps because finer ones would have proved what a
    whole group answered; `withheld` are items for which even those would have. `coarse_cells` are
    the shown units whose cells alone are coarse, for who joined or left them. `questionnaire` is
    None where it was not declared or too few answers were complete.
    """

    items: tuple[ReleasedItem, ...]
    self_attack: SelfAttack
    engine: str
    policy_sha256: str
    coarse: bool
    withheld: tuple[ItemCode, ...]
    breakdowns: ReleasedBreakdowns = NOT_ASKED
    coarse_cells: tuple[UnitCode, ...] = ()
    questionnaire: QuestionnaireFigures | None = None


@dataclass(frozen=True, slots=True)
class CellText:
    """One unit's cell as stored; a hidden one has neither people nor figures."""

    unit: UnitCode
    respondents: int | None
    figures: str | None


@dataclass(frozen=True, slots=True)
class BreakdownCellsText:
    """One unit's cells of one breakdown as stored: a JSON list in the order of its options.

    A hidden cell is `null`, a shown one its respondents and its figures.
    """

    unit: UnitCode
    breakdown: str
    cells: str


def tree_text(tree: UnitTree) -> str:
    rows = [[unit.code, unit.name, unit.parent] for unit in tree]
    return canonical_json({"units": rows, "valid_from": tree.valid_from.isoformat()})


def read_tree(text: str) -> UnitTree:
    document = json.loads(text)
    return UnitTree(
        date.fromisoformat(document["valid_from"]),
        tuple(
            Unit(UnitCode(code), name, None if parent is None else UnitCode(parent))
            for code, name, parent in document["units"]
        ),
    )


def header_text(header: ReleaseHeader) -> str:
    """Return the header as canonical JSON.

    It names breakdowns and figures of the questionnaire only where there are some, so that a
    release without them has the hash that it had before they existed.
    """
    breakdowns, questionnaire = header.breakdowns, header.questionnaire
    return canonical_json(
        ({"breakdowns": asdict(breakdowns)} if breakdowns.asked else {})
        | ({"questionnaire": questionnaire_document(questionnaire)} if questionnaire else {})
        | {
            "coarse": header.coarse,
            **({"coarse_cells": list(header.coarse_cells)} if header.coarse_cells else {}),
            "engine": header.engine,
            "items": [_item_document(item) for item in header.items],
            "policy_sha256": header.policy_sha256,
            "self_attack": self_attack_document(header.self_attack),
            "withheld": list(header.withheld),
        }
    )


def read_header(text: str) -> ReleaseHeader:
    document = json.loads(text)
    attack = document["self_attack"]
    return ReleaseHeader(
        items=tuple(_read_item(item) for item in document["items"]),
        self_attack=SelfAttack(attack["tried"], attack["found"], tuple(attack["not_searched"])),
        engine=document["engine"],
        policy_sha256=document["policy_sha256"],
        coarse=document["coarse"],
        withheld=tuple(ItemCode(code) for code in document["withheld"]),
        breakdowns=_read_breakdowns(document.get("breakdowns")),
        coarse_cells=tuple(UnitCode(code) for code in document.get("coarse_cells", ())),
        questionnaire=read_questionnaire(document.get("questionnaire")),
    )


class _Breakdown(TypedDict):
    code: str
    name: str
    options: list[str]
    levels: list[int] | None
    cells: int
    shown: int


class _Breakdowns(TypedDict):
    asked: list[str]
    divided: list[_Breakdown]
    withheld: list[str]


def _read_breakdowns(document: _Breakdowns | None) -> ReleasedBreakdowns:
    if document is None:
        return NOT_ASKED
    return ReleasedBreakdowns(
        asked=tuple(document["asked"]),
        divided=tuple(
            ReleasedBreakdown(
                code=each["code"],
                name=each["name"],
                options=tuple(each["options"]),
                levels=None if each["levels"] is None else tuple(each["levels"]),
                cells=each["cells"],
                shown=each["shown"],
            )
            for each in document["divided"]
        ),
        withheld=tuple(ItemCode(code) for code in document["withheld"]),
    )


def self_attack_document(attack: SelfAttack) -> dict[str, object]:
    return {
        "found": dict(attack.found),
        "not_searched": list(attack.not_searched),
        "tried": dict(attack.tried),
    }


def _item_document(item: ReleasedItem) -> dict[str, object]:
    return {
        "ask_higher": item.ask_higher,
        "ask_lower": item.ask_lower,
        "band_names": list(item.band_names),
        "code": item.code,
        "construct": item.construct,
        "construct_name": item.construct_name,
        "labels": list(item.labels),
        "licence": item.licence,
        "reverse_keyed": item.reverse_keyed,
        "source": item.source,
        "unscored": list(item.unscored),
        "version": item.version,
        "within_sd": item.within_sd,
        "within_sd_basis": item.within_sd_basis.value,
        "wording": dict(item.wording),
    }


def _read_item(document: Mapping[str, object]) -> ReleasedItem:
    # One constructor call from checked fields would need a cast per field; the text was written by
    # `_item_document` alone and its hash is compared before it is made visible.
    fields = {**document}
    for name in ("labels", "unscored", "band_names"):
        fields[name] = tuple(_texts(document[name]))
    fields["code"] = ItemCode(str(document["code"]))
    fields["construct"] = ConstructCode(str(document["construct"]))
    fields["within_sd_basis"] = SpreadBasis(str(document["within_sd_basis"]))
    return ReleasedItem(**fields)  # type: ignore[arg-type] # the comment above says why


def _texts(value: object) -> list[str]:
    if not isinstance(value, list):
        raise ValueError("a release's item lists its texts")  # noqa: TRY004 - a broken document
    return [str(text) for text in value]


def cells_sha256(cells: Iterable[CellText]) -> str:
    """Return the hash over all cells, by unit code, one line of canonical JSON each."""
    ordered = sorted(cells, key=lambda cell: cell.unit)
    lines = (canonical_json([cell.unit, cell.respondents, cell.figures]) for cell in ordered)
    return sha256_hex("".join(f"{line}\n" for line in lines))


def breakdown_cells_sha256(cells: Iterable[BreakdownCellsText]) -> str:
    """Return the hash over all breakdown cells, by unit code and breakdown, a line each."""
    ordered = sorted(cells, key=lambda cell: (cell.unit, cell.breakdown))
    lines = (canonical_json([cell.unit, cell.breakdown, cell.cells]) for cell in ordered)
    return sha256_hex("".join(f"{line}\n" for line in lines))


def release_sha256(
    month: Month, source: Source, *, threshold: int, tables: Mapping[str, str]
) -> str:
    """Return the hash over the whole release, from the hashes of its tables."""
    return sha256_hex(
        canonical_json(
            {
                "month": str(month),
                "source": source.value,
                "tables": dict(tables),
                "threshold": threshold,
            }
        )
    )
