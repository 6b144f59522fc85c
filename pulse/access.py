"""Who may open which page: roles, permissions and the viewer's part of the tree."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import TypeVar

from surveys.units import UnitCode


class Role(StrEnum):
    HR = "hr"
    LEADER = "leader"
    TEAM_LEADER = "team_leader"
    UNION_AUDITOR = "union_auditor"
    ADMINISTRATOR = "administrator"


class Permission(Enum):
    VIEW_THIS_MONTH = auto()
    VIEW_UNIT = auto()
    VIEW_HEATMAP = auto()
    VIEW_TURNOVER = auto()
    VIEW_LEAVER_COUNTS = auto()  # the organisation's own workforce figures, unprotected
    VIEW_METHOD = auto()
    VIEW_AUDIT = auto()
    VIEW_HEALTH = auto()


_RESULTS = frozenset(
    {
        Permission.VIEW_THIS_MONTH,
        Permission.VIEW_UNIT,
        Permission.VIEW_METHOD,
    }
)
GRANTED: dict[Role, frozenset[Permission]] = {
    Role.HR: _RESULTS
    | {Permission.VIEW_HEATMAP, Permission.VIEW_TURNOVER, Permission.VIEW_LEAVER_COUNTS},
    Role.LEADER: _RESULTS | {Permission.VIEW_HEATMAP, Permission.VIEW_TURNOVER},
    Role.TEAM_LEADER: _RESULTS,
    Role.UNION_AUDITOR: frozenset({Permission.VIEW_AUDIT, Permission.VIEW_METHOD}),
    Role.ADMINISTRATOR: frozenset({Permission.VIEW_HEALTH, Permission.VIEW_METHOD}),
}

ROLES_OF_ONE_PART = frozenset({Role.LEADER, Role.TEAM_LEADER})
"""Roles that see the subtrees of their own units only; HR sees the whole tree."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person signed in: a name to greet, a role, and for some roles their units."""

    account_id: str
    display_name: str
    role: Role
    units: tuple[UnitCode, ...]

    def may(self, permission: Permission) -> bool:
        return permission in GRANTED[self.role]


View = TypeVar("View", bound=Callable[..., object])
