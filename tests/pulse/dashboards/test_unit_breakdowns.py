"""A unit divided by what people said of themselves: the order, the hidden cells, the file."""

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from analysis.release import Source
from analysis.tally import MonthTally
from pulse.access import Role
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from surveys.policy import Breakdown
from surveys.units import UnitCode
from tests.pulse.dashboards.pages import rows_of, text_of
from tests.pulse.released import ANCHORS, FIRST, MANY, POLICY, release, tally_of

SignInAs = Callable[..., FlaskClient]

ROLE = Breakdown("role", "Role family", ("Social work", "Support", "Office"))
TENURE = Breakdown("tenure", "Years here", ("Up to 2", "More"))
DIVIDED = replace(POLICY, breakdowns=(ROLE, TENURE), crossing_levels=(0,))
HIDDEN = "hidden: too few answers here or beside it"
PEOPLE: Mapping[tuple[str, tuple[int, int]], int] = {
    ("north-1", (0, 0)): 9,
    ("north-1", (1, 1)): 8,
    ("north-1", (2, 1)): 2,
    ("north-2", (0, 1)): 12,
    ("south-1", (0, 0)): 11,
    ("south-1", (1, 0)): 14,
    ("south-2", (2, 1)): 13,
}


def divided_tally(place: int = 0) -> MonthTally:
    """A month in which people say their role and their years; means rise with the atom."""
    names = {f"{unit}/{role}/{years}": (unit, role, years) for unit, (role, years) in PEOPLE}
    whole = tally_of(
        FIRST.shifted(place),
        {name: PEOPLE[unit, (role, years)] for name, (unit, role, years) in names.items()},
        means={name: 2.6 + number / 5 for number, name in enumerate(sorted(names))},
    )
    atoms = [names[str(name)] for name in whole.atoms]
    return replace(
        whole,
        atoms=tuple(unit for unit, _role, _years in atoms),
        breakdowns=(ROLE, TENURE),
        categories=tuple((role, years) for _unit, role, years in atoms),
    )


@pytest.fixture
def archive(stores: Stores, signer: LogSigner) -> Stores:
    """May asks breakdown questions, June does not."""
    june = tally_of(FIRST.shifted(1), MANY, means={})
    with stores.archive() as session:
        release(session, [divided_tally(), june], signer, policy=DIVIDED)
    return stores


def groups(html: str) -> list[list[str]]:
    return rows_of(html, "Table 3")


def test_groups_stand_in_the_declared_order_with_the_month_that_asked(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    html = sign_in_as(Role.HR).get("/units/root").text
    assert "By what people said of themselves in May 2025" in text_of(html)
    header, *rows = groups(html)
    assert header[:2] == ["Role family", "Answers"]
    assert len(header) == 2 + len({item.construct for item in ANCHORS})
    assert [row[0] for row in rows] == list(ROLE.options)
    shown = {row[0]: row[1] for row in rows if row[1:] != [HIDDEN]}
    assert shown
    assert shown.items() <= {"Social work": "32", "Support": "22", "Office": "15"}.items()


def test_tables_are_numbered_one_after_the_other_beside_response_rates(
    stores: Stores, signer: LogSigner, sign_in_as: SignInAs
) -> None:
    invited = {"north-1": 40, "north-2": 30, "south-1": 30, "south-2": 30}
    with stores.archive() as session:
        release(
            session,
            [divided_tally()],
            signer,
            policy=DIVIDED,
            source=Source.WAVE,
            invited={UnitCode(unit): people for unit, people in invited.items()},
        )
    html = sign_in_as(Role.HR).get("/units/root").text
    assert re.findall(r"<caption[^>]*>Table (\d)\.", html) == ["1", "2", "3", "4", "5"]


def test_each_breakdown_has_its_tab_and_its_table(archive: Stores, sign_in_as: SignInAs) -> None:
    assert archive
    client = sign_in_as(Role.HR)
    html = client.get("/units/root?by=tenure&measure=workload").text
    assert [row[0] for row in groups(html)[1:]] == list(TENURE.options)
    assert 'by=tenure#groups" aria-current="page">Years here</a>' in html
    assert "measure=workload&amp;by=role#groups" in html
    assert '<option value="tenure" selected>' in html
    assert client.get("/units/root?by=height").status_code == 404


def test_a_hidden_group_is_one_hatched_cell_with_the_public_reason(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    rows = groups(sign_in_as(Role.HR).get("/units/north-1").text)
    hidden = [row for row in rows if row[1:] == [HIDDEN]]
    assert [row[0] for row in hidden][-1] == "Office"
    assert len(hidden) > 1


def test_two_crossed_breakdowns_say_where_they_may_be_seen(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    client = sign_in_as(Role.HR)
    above = groups(client.get("/units/root?by=role*tenure").text)
    assert above[0][0] == "Role family and Years here"
    assert [row[0] for row in above[1:3]] == ["Social work, Up to 2", "Social work, More"]
    below = groups(client.get("/units/north?by=role*tenure").text)
    assert {row[1] for row in below[1:]} == {
        "hidden: two questions are crossed only for larger parts of the organisation"
    }


@pytest.mark.parametrize("unit", ["root", "north-1", "south-2"])
@pytest.mark.parametrize("by", ["role", "tenure", "role*tenure"])
def test_the_file_holds_what_the_screen_shows_and_says_suppressed(
    archive: Stores, sign_in_as: SignInAs, unit: str, by: str
) -> None:
    assert archive
    client = sign_in_as(Role.HR)
    header, *rows = groups(client.get(f"/units/{unit}?by={by}").text)
    answer = client.get(f"/units/{unit}/groups.csv?by={by}")
    assert answer.mimetype == "text/csv"
    file_header, *lines = list(csv.reader(io.StringIO(answer.text)))
    assert [name.casefold() for name in file_header[1:-1]] == [name.casefold() for name in header]
    for row, line in zip(rows, lines, strict=True):
        month, *cells, note = line
        assert month == "2025-05"
        if len(row) > 2:
            assert cells == row
            assert note == ""
        else:
            assert cells == [row[0], *["suppressed"] * (len(header) - 1)]
            assert note == row[1]


def test_without_such_a_month_there_is_no_section_and_no_file(
    stores: Stores, signer: LogSigner, sign_in_as: SignInAs
) -> None:
    with stores.archive() as session:
        release(session, [tally_of(FIRST, MANY, means={})], signer)
    client = sign_in_as(Role.HR)
    assert "By what people said" not in client.get("/units/root").text
    assert client.get("/units/root/groups.csv").status_code == 404


def test_where_nothing_can_be_shown_safely_the_page_says_so(
    stores: Stores, signer: LogSigner, sign_in_as: SignInAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.preparing.protect_breakdowns", lambda *_: None)
    with stores.archive() as session:
        release(session, [divided_tally()], signer, policy=DIVIDED)
    client = sign_in_as(Role.HR)
    text = text_of(client.get("/units/root").text).replace("\N{NO-BREAK SPACE}", " ")
    assert "May 2025 asked about: Role family and Years here. Nothing by it can be shown" in text
    assert client.get("/units/root/groups.csv").status_code == 404


def test_a_leader_is_refused_the_groups_of_other_units(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    leader = sign_in_as(Role.LEADER, ["north"])
    assert leader.get("/units/north-1/groups.csv?by=role").status_code == 200
    assert leader.get("/units/south-1/groups.csv?by=role").status_code == 403


def test_a_question_withheld_from_groups_is_named_and_not_shown(
    stores: Stores, signer: LogSigner, sign_in_as: SignInAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "analysis.breakdown_coding._Coder.search", lambda *_: (1, frozenset({ANCHORS[0].code}))
    )
    with stores.archive() as session:
        release(session, [divided_tally()], signer, policy=DIVIDED)
    html = sign_in_as(Role.HR).get("/units/root").text
    assert "Morale" not in groups(html)[0]
    assert "Not shown by group this month: Morale." in text_of(html)


def test_the_method_page_and_the_auditors_settings_say_what_is_declared(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    method = text_of(sign_in_as(Role.HR).get("/method").text)
    assert "staff are also asked about: Role family, Years here." in method
    settings = text_of(sign_in_as(Role.UNION_AUDITOR).get("/audit/settings").text)
    assert "Role family (Social work, Support, Office); Years here (Up to 2, More)" in settings
