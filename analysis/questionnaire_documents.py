"""How figures of the questionnaire are stored in a release and named in its certificate."""

from collections.abc import Sequence
from typing import TypedDict

from analysis.release import Bound, CodedNumber, Matrix, QuestionnaireFigures, ScaleFigures
from surveys.instruments import ConstructCode, ItemCode


class ScaleDocument(TypedDict):
    alpha: float
    construct: str
    item_rest: list[float]
    items: list[str]
    omega: float | None


class QuestionnaireDocument(TypedDict):
    answers_from: int
    correlations: list[list[float]]
    correlations_within: list[list[float]] | None
    items: list[str]
    scales: list[ScaleDocument]
    without_score: list[tuple[float, str]]


def questionnaire_document(figures: QuestionnaireFigures) -> QuestionnaireDocument:
    return {
        "answers_from": figures.answers_from,
        "correlations": _rows(figures.correlations),
        "correlations_within": (
            None if figures.correlations_within is None else _rows(figures.correlations_within)
        ),
        "items": list(figures.items),
        "scales": [
            {
                "alpha": scale.alpha,
                "construct": scale.construct,
                "item_rest": list(scale.item_rest),
                "items": list(scale.items),
                "omega": scale.omega,
            }
            for scale in figures.scales
        ],
        "without_score": [(share.value, share.bound.value) for share in figures.without_score],
    }


def read_questionnaire(document: QuestionnaireDocument | None) -> QuestionnaireFigures | None:
    """Return the figures of a document that `questionnaire_document` made; None of none."""
    if document is None:
        return None
    within = document["correlations_within"]
    return QuestionnaireFigures(
        answers_from=document["answers_from"],
        items=tuple(ItemCode(code) for code in document["items"]),
        without_score=tuple(
            CodedNumber(value, Bound(bound)) for value, bound in document["without_score"]
        ),
        correlations=_matrix(document["correlations"]),
        correlations_within=None if within is None else _matrix(within),
        scales=tuple(
            ScaleFigures(
                construct=ConstructCode(scale["construct"]),
                items=tuple(ItemCode(code) for code in scale["items"]),
                alpha=scale["alpha"],
                omega=scale["omega"],
                item_rest=tuple(scale["item_rest"]),
            )
            for scale in document["scales"]
        ),
    )


def described(figures: QuestionnaireFigures | None) -> dict[str, object]:
    """Return what the public certificate says of the figures; nothing where there are none."""
    if figures is None:
        return {}
    return {
        "questionnaire_figures": {
            "answers": f"{figures.answers_from} complete answers or more",
            "correlations": len(figures.items),
            "decimals": 2,
            "of": "the organisation as a whole",
            "scales": [scale.construct for scale in figures.scales],
            "searched_by_self_attack": False,
            "within_units": figures.correlations_within is not None,
        }
    }


def _rows(matrix: Matrix) -> list[list[float]]:
    return [list(row) for row in matrix]


def _matrix(rows: Sequence[Sequence[float]]) -> Matrix:
    return tuple(tuple(row) for row in rows)
