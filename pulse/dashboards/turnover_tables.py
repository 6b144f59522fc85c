"""Every number of the turnover study as files: what the page shows, and what it rests on."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence

from analysis.turnover_study import TurnoverStudy, study_document

_DIGITS = 3
"""Significant digits. More would say more of the counts behind than the page does (ADR 0150)."""
_PARTS = ("between", "pooled", "within", "placebo", "chain")
_COLUMNS = (
    "part", "theme", "figure", "lag", "earlier", "later", "direction", "is_told", "kind", "step",
    "estimate", "low", "high", "standard_error", "chance", "chance_by_permutation", "adjusted",
    "adjusted_by_permutation", "units", "periods", "exits", "rows", "is_distinguishable",
    "is_in_order", "words",
)  # fmt: skip
_RANK, _RATIO, _LINK = "rank correlation", "rate ratio", "link in ordinary movements"


def study_json(study: TurnoverStudy) -> str:
    """Return the whole study as JSON, numbers to three significant digits."""
    return json.dumps(_rounded(study_document(study)), indent=2, ensure_ascii=False) + "\n"


def study_csv(study: TurnoverStudy) -> str:
    """Return one row for each number of the study, those that are refused with their reason."""
    written = io.StringIO()
    writer = csv.DictWriter(written, _COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(_rows(study))
    return written.getvalue()


def _rows(study: TurnoverStudy) -> Iterator[Mapping[str, object]]:
    document = _rounded(study_document(study))
    if not isinstance(document, dict):
        raise TypeError("a study is written as a JSON object")
    for part in ("between", "pooled"):
        told = document[part]
        yield {
            **_known(told),
            "part": part,
            "theme": study.about,
            "kind": _RANK,
            "periods": told.get("months", ""),
            "exits": told.get("leavers", ""),
            "rows": told.get("n", "") if part == "pooled" else "",
        }
    for part in ("within", "placebo"):
        for told in document[part]:
            yield {**_known(told), **_chances(told), "part": part, "kind": _RATIO,
                   "estimate": told.get("rate_ratio", "")}  # fmt: skip
    for link in document["chain"]:
        for direction in ("forward", "backward"):
            told = link[direction]
            is_of_exits = direction == "forward" and link["later"] == "exits"
            yield {
                **_known(told),
                "part": "chain",
                "earlier": link["earlier"],
                "later": link["later"],
                "direction": direction,
                "kind": _RATIO if is_of_exits else _LINK,
                "is_in_order": link["is_in_order"] if direction == "forward" else "",
            }


def _known(told: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name in _COLUMNS if (value := told.get(name)) is not None}


def _chances(told: Mapping[str, object]) -> dict[str, object]:
    chances = told.get("chances")
    if not isinstance(chances, Mapping):
        return {}
    return {
        "chance": chances["by_unit"],
        "chance_by_permutation": chances["by_permutation"],
        "adjusted": chances["by_unit_adjusted"],
        "adjusted_by_permutation": chances["by_permutation_adjusted"],
    }


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}")
    if isinstance(value, Mapping):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_rounded(each) for each in value]
    return value
