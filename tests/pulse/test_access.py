"""Who gets in where: every route as every role, and the viewer's part of the tree."""

from datetime import date

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from pulse.access import GRANTED, PERMISSION_MARK, Permission, Role, Viewer, may_see_unit
from pulse.office.tables import RefusalRow
from pulse.stores import Stores
from surveys.units import Unit, UnitCode, UnitTree
from tests.pulse.conftest import SignInAs

OPEN_TO_EVERYBODY = {
    "home.start": "sends everybody on to where they may go",
    "home.accessibility": "says how the pages can be read",
    "assets.hashed_file": "styles and scripts, the same for everybody",
    "sign_in.form": "the door",
    "sign_in.sign_in": "the door",
    "sign_in.sign_out": "leaving needs no right",
}


def permission_of(app: Flask, rule: Rule) -> Permission | None:
    permission: Permission | None = getattr(
        app.view_functions[rule.endpoint], PERMISSION_MARK, None
    )
    return permission


def routes_without_permission(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules() if permission_of(app, rule) is None}


def closed_pages(app: Flask) -> list[tuple[str, Permission]]:
    """Every page that needs a permission, with some value for each part of its address."""
    found = []
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            permission = permission_of(app, rule)
            if permission is not None and "GET" in (rule.methods or ()):
                values = dict.fromkeys(rule.arguments, "1")
                found.append((adapter.build(rule.endpoint, values), permission))
    return found


def test_every_route_needs_a_permission_or_stands_in_the_open_list(app: Flask) -> None:
    assert routes_without_permission(app) == set(OPEN_TO_EVERYBODY)


def test_a_route_that_forgot_its_permission_is_found(app: Flask) -> None:
    careless = Blueprint("careless", __name__)
    careless.add_url_rule("/careless", "page", lambda: "everything")
    app.register_blueprint(careless)
    assert routes_without_permission(app) - set(OPEN_TO_EVERYBODY) == {"careless.page"}


def test_signed_out_every_closed_page_leads_to_the_door_and_back(
    app: Flask, client: FlaskClient
) -> None:
    pages = closed_pages(app)
    assert pages
    for path, _permission in pages:
        answer = client.get(path)
        assert (answer.status_code, answer.location) == (303, f"/sign-in?next={path}"), path


@pytest.mark.parametrize("role", Role)
def test_a_role_is_refused_exactly_what_it_was_not_granted(
    app: Flask, sign_in_as: SignInAs, role: Role
) -> None:
    client = sign_in_as(role, ["1"])
    for path, permission in closed_pages(app):
        is_refused = client.get(path).status_code == 403
        if permission not in GRANTED[role]:
            assert is_refused, path
        elif "1" not in path.split("/"):  # a unit or month that does not exist may be refused too
            assert not is_refused, path


def test_a_refusal_is_kept_with_role_rule_and_page_and_nothing_else(
    sign_in_as: SignInAs, stores: Stores
) -> None:
    sign_in_as(Role.HR).get("/administration/accounts?secret=1")
    with stores.office() as session:
        rows = session.scalars(select(RefusalRow)).all()
        kept = [(row.role, row.rule, row.page) for row in rows]
    assert kept == [("hr", "the page is not among those of the role", "/administration/accounts")]


TREE = UnitTree.of(
    date(2026, 1, 1),
    [
        Unit(UnitCode(code), code, UnitCode(parent) if parent else None)
        for code, parent in [("city", ""), ("east", "city"), ("east-1", "east"), ("west", "city")]
    ],
)


def viewer(role: Role, *units: str) -> Viewer:
    return Viewer("id", "Dana", role, tuple(UnitCode(unit) for unit in units))


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        (viewer(Role.HR), {"city", "east", "east-1", "west"}),
        (viewer(Role.LEADER, "city"), {"city", "east", "east-1", "west"}),
        (viewer(Role.LEADER, "east"), {"east", "east-1"}),
        (viewer(Role.TEAM_LEADER, "east-1", "west"), {"east-1", "west"}),
        (viewer(Role.TEAM_LEADER, "closed-team"), set()),
        (viewer(Role.TEAM_LEADER), set()),
        (viewer(Role.UNION_AUDITOR), set()),
        (viewer(Role.ADMINISTRATOR), set()),
    ],
    ids=lambda value: value.role.value if isinstance(value, Viewer) else "",
)
def test_a_viewer_sees_their_own_subtrees_and_nothing_else(who: Viewer, seen: set[str]) -> None:
    asked = [*(unit.code for unit in TREE), UnitCode("closed-team")]
    assert {code for code in asked if may_see_unit(who, TREE, code)} == seen
