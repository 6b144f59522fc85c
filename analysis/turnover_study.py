"""All that is told of morale and turnover of one organisation, worked out in one go.

Between units, within units, pooled, and the chain of the mission; the same for whoever reads it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from analysis.chain import EXITS, BothWays, Link, Pair, Told, study_chain
from analysis.leaver_totals import coarse_answer, coarse_finding, coarse_link
from analysis.turnover import (
    Association,
    MonthGrid,
    Refused,
    between_units,
    pooled_months,
)
from analysis.within_turnover import (
    DRAWS,
    LAGS,
    Finding,
    Panel,
    Theme,
    WithinAssociation,
    WithinStudy,
    study_within,
)

LEARNING = "learning-and-leadership"
LITTLE_BLAME = "fair-treatment"
BLAME_AND_SAFETY = "blame-and-safety"
SAFETY = "safe-practice"
MORALE = "morale"
STAYING = "staying"

CHAIN = (
    Pair(LEARNING, SAFETY),
    Pair(BLAME_AND_SAFETY, SAFETY),
    Pair(LITTLE_BLAME, SAFETY),
    Pair(SAFETY, MORALE),
    Pair(MORALE, STAYING),
    Pair(MORALE, EXITS),
)
"""The chain of the mission by the codes of its measures, fixed before anybody looked."""

PLACEBO_WORDS = (
    "The placebo, the figure after the exits, moves with exits as well: the order in time says "
    "nothing here."
)


@dataclass(frozen=True, slots=True)
class TurnoverStudy:
    """The numbers side by side; `between` and `pooled` are of the one theme `about`."""

    about: str
    between: Association | Refused
    pooled: Association | Refused
    within: WithinStudy
    chain: tuple[BothWays, ...]


def study_turnover(
    panel: Panel, themes: Mapping[str, Theme], *, about: str, draws: int = DRAWS
) -> TurnoverStudy:
    """Return the study; `about` is the theme that is correlated between units and pooled.

    Raises:
        ValueError: there is no such theme.
    """
    if about not in themes:
        raise ValueError(f"there is no theme {about!r}")
    grid = MonthGrid(themes[about].score, panel.headcount, panel.exits)
    scores = {code: theme.score for code, theme in themes.items()}
    return TurnoverStudy(
        about=about,
        between=between_units(grid),
        pooled=pooled_months(grid),
        within=study_within(panel, themes, lags=LAGS, draws=draws),
        chain=study_chain(panel, scores, CHAIN),
    )


def coarse_study(study: TurnoverStudy) -> TurnoverStudy:
    """Return the study as pages and files tell it: all totals of leavers round, all else as is."""
    return TurnoverStudy(
        about=study.about,
        between=coarse_answer(study.between),
        pooled=coarse_answer(study.pooled),
        within=WithinStudy(
            tuple(map(coarse_finding, study.within.findings)),
            tuple(map(coarse_finding, study.within.placebos)),
        ),
        chain=tuple(map(coarse_link, study.chain)),
    )


def study_document(study: TurnoverStudy) -> dict[str, object]:
    """Return every number of the study beside its words, ready to be written as JSON."""
    return {
        "about": study.about,
        "between": answer_document(study.between),
        "pooled": answer_document(study.pooled),
        **within_document(study.within),
        "chain": [chain_document(each) for each in study.chain],
    }


def within_document(study: WithinStudy) -> dict[str, object]:
    """Return lags and placebos, one by one, and whether a placebo is told as well."""
    return {
        "within": [_finding_document(each) for each in study.findings],
        "placebo": [_finding_document(each) for each in study.placebos],
        "placebo_words": [PLACEBO_WORDS] if is_placebo_told(study) else [],
    }


def answer_document(found: Association | Refused) -> dict[str, object]:
    if isinstance(found, Refused):
        return {"is_told": False, **asdict(found), "words": found.reason}
    return {"is_told": True, **asdict(found), "is_distinguishable": found.is_distinguishable}


def chain_document(both: BothWays) -> dict[str, object]:
    order = None if both.order is None else asdict(both.order)
    return {
        **asdict(both.forward.pair),
        "forward": _link_document(both.forward),
        "backward": _link_document(both.backward),
        "order": order,
        "is_found": both.is_found,
        "is_in_order": both.is_in_order,
    }


def is_placebo_told(study: WithinStudy) -> bool:
    return any(
        isinstance(each, WithinAssociation) and each.is_distinguishable for each in study.placebos
    )


def _finding_document(finding: Finding) -> dict[str, object]:
    told = {**asdict(finding.subject), **asdict(finding)}
    told.pop("subject")
    if isinstance(finding, WithinAssociation):
        told["is_distinguishable"] = finding.is_distinguishable
    return {"is_told": isinstance(finding, WithinAssociation), **told, "words": finding.words}


def _link_document(link: Told) -> dict[str, object]:
    told = asdict(link)
    told.pop("pair")
    if isinstance(link, Link):
        return {"is_told": True, **told, "is_distinguishable": link.is_distinguishable}
    return {"is_told": False, **told, "words": link.reason}
