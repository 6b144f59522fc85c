"""What happened since last time: the newest release of the whole organisation in a few sentences.

It goes only to people who hold an invitation, as part of the answer to its secret.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from analysis.archive import units_history, visible_releases
from analysis.chart_notes import chart_notes
from analysis.trends.findings import JudgedSeries, findings, tally_of
from analysis.trends.measures import measures_of
from analysis.trends.rebasing import judged_unit
from analysis.trends.words import lead_words

_MOST_SENTENCES = 3


@dataclass(frozen=True, slots=True)
class Since:
    """The month in words, what moved in a sentence, and up to three findings."""

    month: str
    lead: str
    findings: tuple[str, ...]


def since_last_time(session: Session) -> Since | None:
    """Return what the newest release says about the whole organisation; None before the first."""
    heads = visible_releases(session)
    if not heads:
        return None
    newest = heads[-1]
    root = newest.tree.root.code
    history = units_history(session, (root,))[root]
    asked = {(item.code, item.version) for item in newest.items}
    rebases = chart_notes(session).in_force.rebases
    judged = []
    for measure in measures_of(heads):
        if set(zip(measure.items, measure.versions, strict=True)) <= asked:
            behaviour = judged_unit(measure, heads, root, history, rebases)
            if behaviour.points:
                judged.append(JudgedSeries(root, measure, behaviour))
    tally = tally_of([each.behaviour for each in judged])
    found = findings(judged, newest.tree, month=newest.month)
    return Since(
        newest.month.words,
        lead_words(tally.moved, tally.figures, tally.expected),
        tuple(f"{each.title}. {each.evidence}" for each in found[:_MOST_SENTENCES]),
    )
