"""The gate between two waves: which shown cells are shown coarsely because of who moved.

Between two waves people join a cell and leave it. A cell's figures of both months may rest on those
alone who were in it both times, as long as no more people answered, now or then, than stayed. Where
more did, somebody who joined has certainly answered now, or somebody who left did then, and a
change between the months may be told of them. Such a cell is shown in coarse steps. The gate looks
at lists of people and at numbers of respondents, never at answers. Which cells are shown it does
not touch.

In other words: people who did not answer now are fewer than joiners, or those then fewer than
leavers. Source: DISCLOSURE, guarantee W; docs/decisions/0118.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from surveys.units import UnitCode


@dataclass(frozen=True, slots=True)
class WaveGate:
    """What a wave is compared with: the wave released before it.

    `stayed` are people in a unit's cell both times, units with any; `respondents_before` the people
    who answered in each cell that the wave before shows. With `is_closed` it is not known what to
    compare with, and every cell is shown coarsely.
    """

    stayed: Mapping[UnitCode, int] = field(default_factory=dict)
    respondents_before: Mapping[UnitCode, int] = field(default_factory=dict)
    is_closed: bool = False

    @property
    def compares(self) -> bool:
        """Whether there is anything to compare with."""
        return self.is_closed or bool(self.respondents_before)

    def coarse_units(self, respondents: Mapping[UnitCode, int]) -> frozenset[UnitCode]:
        """Return which units are shown coarsely, from the people who answered in each one shown."""
        return frozenset(unit for unit, now in respondents.items() if self._is_coarse(unit, now))

    def _is_coarse(self, unit: UnitCode, now: int) -> bool:
        if self.is_closed:
            return True
        before = self.respondents_before.get(unit)
        if before is None:
            return False  # no figure to compare with: the unit is new, or was hidden then
        return max(now, before) > self.stayed.get(unit, 0)


OPEN_GATE = WaveGate()
"""Nothing to compare with: the first wave, or imported answers."""


@dataclass(frozen=True, slots=True)
class Invitations:
    """People invited per reporting group, and what the wave is compared with."""

    invited: Mapping[UnitCode, int]
    gate: WaveGate = OPEN_GATE


NOBODY_INVITED = Invitations({})
"""Of imported answers, which have no rates and no list of people."""
