"""Who may open which page: roles, permissions and the viewer's part of the tree.

Nothing here knows how people sign in. The office sets `flask.g.viewer` before each request; a
view says what it needs with `@requires`; what is refused leaves through `AccessRefused`, which
`pulse.errors` writes down for the union auditor and turns into a page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from functools import wraps
from typing import NoReturn, ParamSpec, TypeVar

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from surveys.units import UnitCode, UnitTree


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
    VIEW_TRENDS = auto()
    ANNOTATE_CHARTS = auto()
    REBASE_CHARTS = auto()
    VIEW_TURNOVER = auto()
    VIEW_LEAVER_COUNTS = auto()  # the organisation's own workforce figures, unprotected
    VIEW_MOVES_WITH = auto()
    VIEW_QUESTIONNAIRE = auto()
    VIEW_METHOD = auto()
    VIEW_AUDIT = auto()
    CHALLENGE_WAVES = auto()
    VIEW_HEALTH = auto()
    VIEW_ACCOUNTS = auto()
    MANAGE_WAVES = auto()
    MANAGE_PEOPLE = auto()


_RESULTS = frozenset(
    {
        Permission.VIEW_THIS_MONTH,
        Permission.VIEW_UNIT,
        Permission.VIEW_METHOD,
    }
)
GRANTED: dict[Role, frozenset[Permission]] = {
    Role.HR: _RESULTS
    | {
        Permission.VIEW_HEATMAP,
        Permission.VIEW_TRENDS,
        Permission.ANNOTATE_CHARTS,
        Permission.REBASE_CHARTS,
        Permission.VIEW_TURNOVER,
        Permission.VIEW_LEAVER_COUNTS,
        Permission.VIEW_MOVES_WITH,
        Permission.VIEW_QUESTIONNAIRE,
        Permission.MANAGE_WAVES,
        Permission.MANAGE_PEOPLE,
    },
    Role.LEADER: _RESULTS
    | {
        Permission.VIEW_HEATMAP,
        Permission.VIEW_TRENDS,
        Permission.ANNOTATE_CHARTS,
        Permission.VIEW_TURNOVER,
        Permission.VIEW_MOVES_WITH,
        Permission.VIEW_QUESTIONNAIRE,
    },
    Role.TEAM_LEADER: _RESULTS | {Permission.VIEW_QUESTIONNAIRE},
    Role.UNION_AUDITOR: frozenset(
        {
            Permission.VIEW_AUDIT,
            Permission.CHALLENGE_WAVES,
            Permission.VIEW_METHOD,
            Permission.VIEW_QUESTIONNAIRE,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {Permission.VIEW_HEALTH, Permission.VIEW_ACCOUNTS, Permission.VIEW_METHOD}
    ),
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


class AccessRefused(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """A rule refused what was asked; the rule is a sentence that anybody may read."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def refuse(rule: str) -> NoReturn:
    """Refuse the present request: page 403, a line in the log, a row for the union auditor.

    Args:
        rule: the rule in words, without naming a person, a unit or a figure.

    Raises:
        AccessRefused: always.
    """
    raise AccessRefused(rule)


def find_viewer() -> Viewer | None:
    """Return who is signed in, or None."""
    viewer: Viewer | None = g.get("viewer")
    return viewer


def current_viewer() -> Viewer:
    """Return who is signed in; only for views that `@requires` a permission.

    Raises:
        RuntimeError: nobody is signed in, so the view lacks `@requires`.
    """
    viewer = find_viewer()
    if viewer is None:
        raise RuntimeError("a view that asks for the viewer must require a permission")
    return viewer


Arguments = ParamSpec("Arguments")
Page = TypeVar("Page")

PERMISSION_MARK = "pulse_permission"
"""Name of the attribute by which a view tells its permission; read by the architecture test."""


def requires(
    permission: Permission,
) -> Callable[[Callable[Arguments, Page]], Callable[Arguments, Page | Response]]:
    """Let only viewers with the permission into the view.

    Signed out, a reader is sent to sign in and comes back afterwards; without the permission the
    request is refused.
    """

    def guard(view: Callable[Arguments, Page]) -> Callable[Arguments, Page | Response]:
        @wraps(view)
        def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Page | Response:
            viewer = find_viewer()
            if viewer is None:
                return redirect(url_for("sign_in.form", next=_way_back()), code=303)
            if not viewer.may(permission):
                refuse("the page is not among those of the role")
            return view(*args, **kwargs)

        setattr(guarded, PERMISSION_MARK, permission)
        return guarded

    return guard


def _way_back() -> str | None:
    """Return the address to return to after signing in; a form that was sent cannot be resumed."""
    if request.method != "GET":
        return None
    return request.full_path.rstrip("?")


def may_see_unit(viewer: Viewer, tree: UnitTree, unit: UnitCode) -> bool:
    """Return whether the unit lies in the viewer's part of the tree.

    A unit that is not in the tree is nobody's; so is everything for an account whose own units
    have all left the tree, and for roles that do not read results.
    """
    if unit not in tree or not viewer.may(Permission.VIEW_UNIT):
        return False
    if viewer.role not in ROLES_OF_ONE_PART:
        return True
    return not set(viewer.units).isdisjoint((*tree.ancestors(unit), unit))
