"""Morale and leavers of the whole organisation: what is told of them, worked out once."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.release import ReleaseHead
from analysis.theme_panels import OpenArchive, read_theme_panels
from analysis.trends.measures import Measure
from analysis.turnover_study import MORALE, TurnoverStudy, coarse_study, study_turnover
from analysis.workforce import workforce_state
from pulse.dashboards.measure_order import ordered_measures
from pulse.dashboards.memory import ReleaseMemory


@dataclass(frozen=True, slots=True)
class Associations:
    """The study, the measures it is about, and whether there are workforce figures at all.

    `measure` is the one that stands beside leavers on the page.
    """

    measure: Measure
    measures: tuple[Measure, ...]
    study: TurnoverStudy
    has_workforce: bool

    def name_of(self, code: str) -> str:
        """Return the name of the measure, or its code in plain letters where it was never asked."""
        names = {measure.code: measure.name for measure in self.measures}
        return names.get(code, code.replace("-", " ").capitalize())


_memory: ReleaseMemory[Associations] = ReleaseMemory(size=4)


def associations_of(open_archive: OpenArchive, heads: Sequence[ReleaseHead]) -> Associations:
    """Return the associations over the units of the newest tree that have none below them.

    Args:
        open_archive: opens a session of the archive; it may give the same one each time.
        heads: visible releases, at least one, oldest first.
    """

    def work_out() -> Associations:
        measures = ordered_measures(heads)
        measure = morale_of(measures)
        panels = read_theme_panels(open_archive, heads, measures)
        return Associations(
            measure=measure,
            measures=measures,
            study=coarse_study(study_turnover(panels.panel, panels.themes, about=measure.code)),
            has_workforce=panels.has_workforce,
        )

    with open_archive() as session:
        state = workforce_state(session)
    return _memory.recall(heads, state, work_out)


def morale_of(measures: Sequence[Measure]) -> Measure:
    """Return morale, or the first measure of a pulse that has no measure of that code."""
    return next((each for each in measures if each.code == MORALE), measures[0])
