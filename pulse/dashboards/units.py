"""The units from which a viewer may go down."""

from dataclasses import dataclass

from pulse.dashboards.scope import Scope, UnitLink


@dataclass(frozen=True, slots=True)
class UnitsPage:
    """The viewer's top units, A to Z."""

    units: tuple[UnitLink, ...]


def units_page(scope: Scope) -> UnitsPage:
    return UnitsPage(scope.links(scope.tops))
